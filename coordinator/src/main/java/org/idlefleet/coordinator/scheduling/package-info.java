/** Which work waits, in what order, and how it is carved into shards. */
@NullMarked
package org.idlefleet.coordinator.scheduling;

import org.jspecify.annotations.NullMarked;
