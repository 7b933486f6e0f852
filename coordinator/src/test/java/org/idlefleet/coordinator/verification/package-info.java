@NullMarked
package org.idlefleet.coordinator.verification;

import org.jspecify.annotations.NullMarked;
