/**
 * The durable ledger: one SQLite file that is a fold of the event log, its queries and its checks.
 *
 * <p>{@link org.idlefleet.ledger.adapter.LedgerDatabase} writes, one thread in one process; {@link
 * org.idlefleet.ledger.adapter.LedgerReader} reads, from any process, while the other writes.
 */
@NullMarked
package org.idlefleet.ledger.adapter;

import org.jspecify.annotations.NullMarked;
