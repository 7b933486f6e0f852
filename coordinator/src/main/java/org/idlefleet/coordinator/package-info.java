/**
 * The coordinator's core: commands in, events and sends out. {@code decide} only reads, {@code
 * apply} alone writes, and replaying events rebuilds everything. One thread, no clock, no dice, no
 * library.
 */
@NullMarked
package org.idlefleet.coordinator;

import org.jspecify.annotations.NullMarked;
