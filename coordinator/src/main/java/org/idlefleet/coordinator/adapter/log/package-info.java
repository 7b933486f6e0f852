/**
 * The durable event log and the payloads of durable jobs, in one SQLite file.
 *
 * <p>{@link org.idlefleet.coordinator.adapter.log.SqliteEventLog} owns the file and its one writing
 * connection, on the loop's thread. Readers in other threads have connections of their own: WAL
 * lets them read what is committed while the loop writes, so neither waits for the other.
 */
@NullMarked
package org.idlefleet.coordinator.adapter.log;

import org.jspecify.annotations.NullMarked;
