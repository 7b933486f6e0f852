@NullMarked
package org.idlefleet.edge.adapter.update;

import org.jspecify.annotations.NullMarked;
