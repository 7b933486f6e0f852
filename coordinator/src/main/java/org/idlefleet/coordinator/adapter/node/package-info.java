/** The coordinator's side of the node wire. */
@NullMarked
package org.idlefleet.coordinator.adapter.node;

import org.jspecify.annotations.NullMarked;
