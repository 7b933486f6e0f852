package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.Entry;
import org.idlefleet.coordinator.adapter.log.wire.Group;
import org.idlefleet.protocol.JobId;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads rows of the log, from any thread, each checked before its events are handed on. Rows are
 * fetched a few at a time, so that a slow taker does not keep the writer from recycling its
 * write-ahead log.
 */
final class LogReader {
    private static final int ROWS_AT_A_TIME = 32;

    private static final String ROWS =
            "SELECT first, events, chain, payload FROM log WHERE first >= ? ORDER BY first LIMIT "
                    + ROWS_AT_A_TIME;
    private static final String ROW =
            "SELECT first, events, chain, payload FROM log WHERE first = ?";
    private static final String ROW_OF =
            "SELECT first FROM log WHERE first <= ? ORDER BY first DESC LIMIT 1";
    private static final String CHAIN_BEFORE =
            "SELECT chain FROM log WHERE first < ? ORDER BY first DESC LIMIT 1";
    private static final String JOB = "SELECT rows FROM jobs WHERE job = ?";
    private static final String HEAD = "SELECT position, chain FROM head";

    private final String file;
    private final Readers readers;

    LogReader(String file, Readers readers) {
        this.file = file;
        this.readers = readers;
    }

    /** Takes the groups of rows; {@code first} is the number of the group's first event. */
    interface GroupReader {
        void read(long first, Group group);
    }

    /** Where the log ends, as its file says. */
    record Head(long position, byte[] chain) {}

    Head head() {
        return readers.with(reader -> {
            try (ResultSet head = reader.statement(HEAD).executeQuery()) {
                if (!head.next()) {
                    throw LogException.damaged("the event log " + file, "no table head", null);
                }
                return new Head(head.getLong(1), head.getBytes(2));
            }
        });
    }

    /** A check that stands right before the row that holds event {@code from + 1}. */
    RowCheck before(long from) {
        return check(firstOf(from + 1).orElse(1L));
    }

    /** Hands on all rows behind the check's position. */
    void rows(RowCheck check, GroupReader taker) {
        while (true) {
            List<LogRow> rows = fetch(check.position() + 1);
            for (LogRow row : rows) {
                taker.read(row.first(), check.pass(row));
            }
            if (rows.size() < ROWS_AT_A_TIME) {
                return;
            }
        }
    }

    /** The event of this number; empty if the log ends before it. */
    Optional<Event.Durable> event(long number) {
        return firstOf(number)
                .flatMap(this::fetchOne)
                .filter(row -> number <= row.last())
                .map(row ->
                        new EventCodec()
                                .one(
                                        check(row.first()).pass(row),
                                        row.first(),
                                        (int) (number - row.first())));
    }

    /** Rows that speak of an ended job, as table jobs has them. */
    Optional<byte[]> rowsOfEnded(JobId job) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(JOB);
            select.setLong(1, job.number());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        });
    }

    /**
     * The job's events in these rows, as far as they go up to event {@code position}.
     *
     * @param audits also where an audit of its results was opened
     */
    List<Event.Durable> events(JobId job, byte[] rows, long position, boolean audits) {
        var codec = new EventCodec();
        var events = new ArrayList<Event.Durable>();
        RowList.read(rows)
                .filter(first -> first <= position)
                .forEach(first -> {
                    LogRow row =
                            fetchOne(first)
                                    .orElseThrow(() ->
                                            LogException.damaged(
                                                    "the event log " + file,
                                                    "row " + first + " of " + job + " is missing",
                                                    null));
                    events.addAll(
                            codec.read(
                                    check(first).pass(row),
                                    first,
                                    entry ->
                                            jobOf(entry) == job.number()
                                                    || audits && auditedBy(entry) == job.number()));
                });
        return events;
    }

    /** A check that lets the row with this first event pass if it is whole and tied to the last. */
    private RowCheck check(long first) {
        return new RowCheck(file, first - 1, chainBefore(first));
    }

    /** The job that the entry opens an audit of; 0 if it opens none. */
    private static long auditedBy(Entry entry) {
        return entry.hasJobAdmitted() ? entry.getJobAdmitted().getAudit().getJob() : 0;
    }

    private static long jobOf(Entry entry) {
        return switch (entry.getEventCase()) {
            case JOB_ADMITTED -> entry.getJobAdmitted().getJob();
            case BALLOT_CAST -> entry.getBallotCast().getJob();
            case SHARD_SETTLED -> entry.getShardSettled().getJob();
            case JOB_ENDED -> entry.getJobEnded().getJob();
            case RESULT_RETRACTED -> entry.getResultRetracted().getJob();
            case LIFE_BEGAN,
                    MODEL_REGISTERED,
                    API_KEY_CREATED,
                    API_KEY_REVOKED,
                    TOKEN_ISSUED,
                    NODE_ENROLLED,
                    NODE_BANNED,
                    BOOKED,
                    POLICY_SET,
                    OWNER_TERMS_SET,
                    AVAILABILITY_PAID,
                    AVAILABILITY_RESTORED,
                    REPEATS_RESTORED,
                    AVAILABILITY_COUNTED,
                    BOOK_RESTORED,
                    JOB_RESTORED,
                    OWNER_TRUSTED,
                    OWNER_CONVICTED,
                    OWNER_REINSTATED,
                    STANDING_RESTORED,
                    TERMS_SET,
                    DEVICE_TURNED_AWAY,
                    DEVICE_RESTORED,
                    ALARM_RESTORED,
                    EVENT_NOT_SET ->
                    0;
        };
    }

    private Optional<Long> firstOf(long event) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(ROW_OF);
            select.setLong(1, event);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
            }
        });
    }

    private byte[] chainBefore(long first) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(CHAIN_BEFORE);
            select.setLong(1, first);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getBytes(1) : Chain.start();
            }
        });
    }

    private List<LogRow> fetch(long from) {
        return readers.with(reader -> fetch(reader.statement(ROWS), from));
    }

    private Optional<LogRow> fetchOne(long first) {
        return readers.with(reader -> fetch(reader.statement(ROW), first)).stream().findFirst();
    }

    private static List<LogRow> fetch(PreparedStatement select, long first) throws SQLException {
        var fetched = new ArrayList<LogRow>();
        select.setLong(1, first);
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                fetched.add(
                        new LogRow(
                                rows.getLong(1),
                                rows.getInt(2),
                                rows.getBytes(3),
                                rows.getBytes(4)));
            }
        }
        return fetched;
    }
}
