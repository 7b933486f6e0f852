@NullMarked
package org.idlefleet.coordinator.adapter.log;

import org.jspecify.annotations.NullMarked;
