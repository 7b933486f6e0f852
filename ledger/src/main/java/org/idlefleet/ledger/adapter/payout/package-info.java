/**
 * Paying owners out: runs that two people release, and the providers that carry the money.
 *
 * <p>A payout is booked before it is sent and named by a key that every provider treats as its
 * idempotency key, so a crash anywhere repeats a request but never a payment.
 */
@NullMarked
package org.idlefleet.ledger.adapter.payout;

import org.jspecify.annotations.NullMarked;
