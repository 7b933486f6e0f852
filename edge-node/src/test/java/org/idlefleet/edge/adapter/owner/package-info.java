@NullMarked
package org.idlefleet.edge.adapter.owner;

import org.jspecify.annotations.NullMarked;
