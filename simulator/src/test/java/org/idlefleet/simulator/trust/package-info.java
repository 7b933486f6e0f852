@NullMarked
package org.idlefleet.simulator.trust;

import org.jspecify.annotations.NullMarked;
