/** What a task means: how its results compare. Pure functions of bytes. */
@NullMarked
package org.idlefleet.coordinator.workload;

import org.jspecify.annotations.NullMarked;
