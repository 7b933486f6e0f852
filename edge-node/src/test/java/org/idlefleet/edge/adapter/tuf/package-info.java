@NullMarked
package org.idlefleet.edge.adapter.tuf;

import org.jspecify.annotations.NullMarked;
