/** Park sessions and what their nodes offer: who is there, willing, how fast and for how long. */
@NullMarked
package org.idlefleet.coordinator.fleet;

import org.jspecify.annotations.NullMarked;
