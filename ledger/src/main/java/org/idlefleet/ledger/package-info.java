/**
 * Money, accounts, transactions and the book that holds them: deterministic, single-threaded,
 * without any library.
 *
 * <p>The book runs inside the coordinator's pass; what is durable about money lives in {@code
 * ledger.adapter}.
 */
@NullMarked
package org.idlefleet.ledger;

import org.jspecify.annotations.NullMarked;
