@NullMarked
package org.idlefleet.coordinator.workload;

import org.jspecify.annotations.NullMarked;
