@NullMarked
package org.idlefleet.edge.gate;

import org.jspecify.annotations.NullMarked;
