@NullMarked
package org.idlefleet.coordinator.scheduling;

import org.jspecify.annotations.NullMarked;
