@NullMarked
package org.idlefleet.simulator.nights;

import org.jspecify.annotations.NullMarked;
