/** The way to the coordinator: links, waits between them, the next certificate. */
@NullMarked
package org.idlefleet.edge.adapter.uplink;

import org.jspecify.annotations.NullMarked;
