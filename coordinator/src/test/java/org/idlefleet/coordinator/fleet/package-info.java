@NullMarked
package org.idlefleet.coordinator.fleet;

import org.jspecify.annotations.NullMarked;
