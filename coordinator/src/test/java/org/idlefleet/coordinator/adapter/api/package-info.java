/** Tests of the HTTP door over real HTTP, with a scripted core behind it. */
@NullMarked
package org.idlefleet.coordinator.adapter.api;

import org.jspecify.annotations.NullMarked;
