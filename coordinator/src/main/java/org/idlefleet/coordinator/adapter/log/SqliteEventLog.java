package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.EventLog;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The event log in one SQLite file. What a {@link #flush} makes durable is one row, or a few if it
 * is large, in one SQLite transaction together with the payloads that the events speak of. A
 * damaged or missing row is an error that says where; the log is never silently shorter.
 *
 * <p>{@link EventLog}'s methods belong to the loop's thread. {@link #position}, {@link #read},
 * {@link #event}, {@link #await} and {@link #ofJob} may be called by any thread, and only show what
 * is durable. After a failed flush everything throws: end the process, start it again, replay.
 */
public final class SqliteEventLog implements EventLog, AutoCloseable {
    private final Path file;
    private final FileOwner owner;
    private final Connection connection;
    private final Readers readers;
    private final LogReader reader;
    private final LogWriter writer;
    private final OpenJobs open = new OpenJobs();
    private final Object moved = new Object();
    private final @Nullable SqlitePayloads payloads;
    private volatile long position;
    private boolean replayed;
    private boolean broken;
    private boolean closed;

    private SqliteEventLog(Path file, FileOwner owner, Connection connection, long payloadBytesMax)
            throws SQLException {
        this.file = file;
        this.owner = owner;
        this.connection = connection;
        readers = new Readers(file);
        reader = new LogReader(file.toString(), readers);
        payloads = payloadBytesMax > 0 ? new SqlitePayloads(payloadBytesMax, readers, open) : null;
        LogReader.Head head = reader.head();
        writer = new LogWriter(connection, head, open, payloads);
        position = head.position();
        replayed = position == 0;
    }

    /** Opens the log, or creates one. Payloads are not its business. */
    public static SqliteEventLog open(Path file) {
        return open(file, 0);
    }

    /**
     * Opens the log, or creates one, with the {@link #payloads} of its jobs.
     *
     * @param payloadBytesMax most bytes of payloads held in memory
     */
    public static SqliteEventLog open(Path file, long payloadBytesMax) {
        FileOwner owner = FileOwner.of(file);
        try {
            Connection connection = LogFile.openForWriting(file);
            try {
                return new SqliteEventLog(file, owner, connection, payloadBytesMax);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            owner.close();
            throw new LogException("the event log " + file + " cannot be opened", e);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** The payloads that become durable with this log's events. */
    public SqlitePayloads payloads() {
        if (payloads == null) {
            throw new IllegalStateException("the log was opened without payloads");
        }
        return payloads;
    }

    @Override
    public void append(List<Event.Durable> events) {
        checkUsable();
        if (!replayed) {
            throw new IllegalStateException("replay the log before you append to it");
        }
        for (Event.Durable event : events) {
            writer.append(event);
        }
    }

    @Override
    public void flush() {
        checkUsable();
        if (writer.isEmpty()) {
            return;
        }
        broken = true;
        try {
            position = writer.flush();
        } catch (SQLException e) {
            throw cannotBeWritten(e);
        }
        broken = false;
        synchronized (moved) {
            moved.notifyAll();
        }
    }

    @Override
    public void snapshot(List<Event.Durable> state) {
        flush();
        broken = true;
        try {
            Snapshots.write(connection, position, writer.chain(), open.index(), state);
            connection.commit();
        } catch (SQLException e) {
            throw cannotBeWritten(e);
        }
        broken = false;
    }

    @Override
    public void replay(Consumer<Event.Durable> taker) {
        checkUsable();
        if (!writer.isEmpty()) {
            throw new IllegalStateException("flush what was appended before you replay the log");
        }
        new Replay(file.toString(), readers, reader, open).run(taker);
        replayed = true;
    }

    /** How many events are durable; also the number of the last one. */
    public long position() {
        return position;
    }

    /**
     * Hands on all durable events behind number {@code from}; 0 means from the first.
     *
     * @return the number of the last event handed on, or {@code from} if there was none
     */
    public long read(long from, EventReader taker) {
        long durable = position;
        var codec = new EventCodec();
        RowCheck check = reader.before(from);
        reader.rows(
                check,
                (first, group) -> {
                    List<Event.Durable> events = codec.read(group, first, _ -> true);
                    for (int i = 0; i < events.size(); i++) {
                        if (first + i > from) {
                            taker.read(first + i, events.get(i));
                        }
                    }
                });
        if (check.position() < durable) {
            throw LogException.damaged(
                    "the event log " + file,
                    "expected " + durable + " events, found " + check.position(),
                    null);
        }
        return Math.max(from, check.position());
    }

    /** The durable event of this number; empty if the log ends before it. */
    public Optional<Event.Durable> event(long number) {
        return reader.event(number);
    }

    /**
     * Waits until there are events behind number {@code from}, or {@code longest} has passed.
     *
     * @return whether there are
     */
    public boolean await(long from, Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        synchronized (moved) {
            for (long left = longest.toNanos(); position <= from; left = end - System.nanoTime()) {
                if (left <= 0) {
                    return false;
                }
                moved.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
        return true;
    }

    /**
     * What the log says of a job, open or ended, in order; nothing for a job that it does not know.
     * Events of an open job may lag behind by what is not flushed yet.
     */
    public List<Event.Durable> ofJob(JobId job) {
        return ofJob(job, false);
    }

    /** The same, and where audits of the job's results were opened. */
    public List<Event.Durable> ofAuditedJob(JobId job) {
        return ofJob(job, true);
    }

    private List<Event.Durable> ofJob(JobId job, boolean audits) {
        byte[] rows = open.rows(job);
        Optional<byte[]> all = rows == null ? reader.rowsOfEnded(job) : Optional.of(rows);
        return all.map(known -> reader.events(job, known, position, audits)).orElse(List.of());
    }

    /** The writing connection, for tests that set it limits. */
    Connection connection() {
        return connection;
    }

    /** Closes the file; what was appended and not flushed is lost. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (owner;
                connection) {
            readers.close();
        } catch (SQLException e) {
            throw new LogException("the event log " + file + " cannot be closed", e);
        }
    }

    private LogException cannotBeWritten(SQLException e) {
        return new LogException(
                "the event log "
                        + file
                        + " cannot be written; see to the disk (is it full?) and start the"
                        + " coordinator again, nothing acknowledged is lost",
                e);
    }

    private void checkUsable() {
        if (broken || closed) {
            throw new IllegalStateException(
                    "the event log "
                            + file
                            + (closed ? " is closed" : " failed before: start again and replay"));
        }
    }
}
