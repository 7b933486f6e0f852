@NullMarked
package org.idlefleet.coordinator.adapter;

import org.jspecify.annotations.NullMarked;
