/** Receipts of jobs: made from the event log, signed, and checked by whoever holds one. */
@NullMarked
package org.idlefleet.coordinator.adapter.receipt;

import org.jspecify.annotations.NullMarked;
