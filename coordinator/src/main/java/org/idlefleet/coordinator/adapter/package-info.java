/** What joins the core to the world: doors, log, payloads; libraries are allowed from here on. */
@NullMarked
package org.idlefleet.coordinator.adapter;

import org.jspecify.annotations.NullMarked;
