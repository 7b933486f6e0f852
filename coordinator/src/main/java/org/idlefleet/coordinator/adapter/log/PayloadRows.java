package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.UnsafeByteOperations;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.ItemRun;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Writes the payloads of durable jobs into the transaction of the events that speak of them. On the
 * loop's thread only.
 */
final class PayloadRows {
    /**
     * Items are kept in runs of about so many bytes, as much as they weigh in memory: very small
     * ones would make runs of very many, and a shard of one item is read from a whole run.
     */
    private static final int RUN_BYTES = 128 << 10;

    /** Runs of an ended job that are deleted with one flush, so that none takes long. */
    private static final int SWEPT_RUNS = 16;

    private final SqlitePayloads payloads;
    private final PreparedStatement insertRun;
    private final PreparedStatement insertOutput;
    private final PreparedStatement keepOutput;
    private final PreparedStatement selectKept;
    private final PreparedStatement replaceKept;
    private final PreparedStatement deleteVotes;
    private final PreparedStatement deleteOpenVotes;
    private final PreparedStatement insertSweep;
    private final PreparedStatement deleteSweep;
    private final PreparedStatement deleteRuns;

    /** Ended jobs that still have inputs, as table sweep has them. */
    private final ArrayDeque<JobId> sweep = new ArrayDeque<>();

    PayloadRows(Connection connection, SqlitePayloads payloads) throws SQLException {
        this.payloads = payloads;
        insertRun = connection.prepareStatement("INSERT INTO inputs VALUES (?, ?, ?, ?, ?)");
        insertOutput =
                connection.prepareStatement(
                        "INSERT INTO outputs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        keepOutput =
                connection.prepareStatement(
                        "UPDATE outputs SET kept = 1 WHERE job = ? AND shard = ? AND attempt = ?"
                                + " AND epoch = ?");
        selectKept =
                connection.prepareStatement(
                        "SELECT shard, attempt, epoch, from_item, payload FROM outputs WHERE job ="
                                + " ? AND kept = 1 AND from_item <= ? AND to_item >= ?");
        replaceKept =
                connection.prepareStatement(
                        "UPDATE outputs SET sum = ?, payload = ? WHERE job = ? AND shard = ? AND"
                                + " attempt = ? AND epoch = ?");
        deleteVotes =
                connection.prepareStatement(
                        "DELETE FROM outputs WHERE job = ? AND shard = ? AND kept = 0");
        deleteOpenVotes =
                connection.prepareStatement("DELETE FROM outputs WHERE job = ? AND kept = 0");
        insertSweep = connection.prepareStatement("INSERT INTO sweep VALUES (?)");
        deleteSweep = connection.prepareStatement("DELETE FROM sweep WHERE job = ?");
        deleteRuns =
                connection.prepareStatement(
                        "DELETE FROM inputs WHERE job = ?1 AND first IN (SELECT first FROM inputs"
                                + " WHERE job = ?1 ORDER BY first LIMIT ?2)");
        try (PreparedStatement select = connection.prepareStatement("SELECT job FROM sweep");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                sweep.add(new JobId(rows.getLong(1)));
            }
        }
    }

    /** Writes what events of durable jobs speak of; the caller commits. */
    void write(List<Event.Durable> events) throws SQLException {
        for (Event.Durable event : events) {
            switch (event) {
                case Event.JobAdmitted admitted -> inputs(admitted);
                case Event.BallotCast cast ->
                        output(cast.ballot().lease(), cast.from(), cast.to(), false);
                case Event.ShardSettled settled -> settle(settled);
                case Event.JobEnded ended -> end(ended.job());
                case Event.ResultRetracted retracted -> replace(retracted);
                case Event.LifeBegan _,
                        Event.ModelRegistered _,
                        Event.ApiKeyCreated _,
                        Event.ApiKeyRevoked _,
                        Event.TokenIssued _,
                        Event.NodeEnrolled _,
                        Event.NodeBanned _,
                        Event.PolicySet _,
                        Event.OwnerTermsSet _,
                        Event.AvailabilityPaid _,
                        Event.AvailabilityCounted _,
                        Event.AvailabilityRestored _,
                        Event.RepeatsRestored _,
                        Event.Booked _,
                        Event.OwnerTrusted _,
                        Event.OwnerConvicted _,
                        Event.OwnerReinstated _,
                        Event.StandingRestored _,
                        Event.TermsSet _,
                        Event.DeviceTurnedAway _,
                        Event.DeviceRestored _,
                        Event.AlarmRestored _,
                        Event.BookRestored _,
                        Event.JobRestored _ -> {}
            }
        }
        sweep();
    }

    private void inputs(Event.JobAdmitted admitted) throws SQLException {
        List<byte[]> items = payloads.itemsInMemory(admitted.job());
        int expected = admitted.units().items();
        if (items == null || items.size() != expected) {
            throw new LogException(
                    "expected the "
                            + expected
                            + " inputs of durable "
                            + admitted.job()
                            + " before the flush, found "
                            + (items == null ? "none" : items.size())
                            + ": the outbox must admit them when it prepares the reply");
        }
        int first = 0;
        var run = ItemRun.newBuilder();
        long bytes = 0;
        for (int i = 0; i < items.size(); i++) {
            run.addItems(UnsafeByteOperations.unsafeWrap(items.get(i)));
            bytes += HeldJob.weight(items.get(i));
            if (bytes >= RUN_BYTES || i == items.size() - 1) {
                insertRun(admitted.job(), first, run.build());
                first = i + 1;
                run = ItemRun.newBuilder();
                bytes = 0;
            }
        }
    }

    private void insertRun(JobId job, int first, ItemRun run) throws SQLException {
        byte[] payload = run.toByteArray();
        insertRun.setLong(1, job.number());
        insertRun.setInt(2, first);
        insertRun.setInt(3, run.getItemsCount());
        insertRun.setLong(4, PayloadSum.of(payload));
        insertRun.setBytes(5, payload);
        insertRun.executeUpdate();
    }

    private void output(Lease lease, int from, int to, boolean kept) throws SQLException {
        byte @Nullable [] output = payloads.outputInMemory(lease);
        if (output == null) {
            throw new LogException(
                    "expected the bytes of result "
                            + lease
                            + " of a durable job before the flush, found none: the door must leave"
                            + " them before it tells the loop");
        }
        setLease(insertOutput, lease);
        insertOutput.setInt(5, from);
        insertOutput.setInt(6, to);
        insertOutput.setInt(7, kept ? 1 : 0);
        insertOutput.setLong(8, PayloadSum.of(output));
        insertOutput.setBytes(9, output);
        insertOutput.executeUpdate();
    }

    private void settle(Event.ShardSettled settled) throws SQLException {
        setLease(keepOutput, settled.canonical());
        if (keepOutput.executeUpdate() == 0) {
            output(settled.canonical(), settled.from(), settled.to(), true);
        } else {
            deleteVotes.setLong(1, settled.job().number());
            deleteVotes.setInt(2, settled.shard());
            deleteVotes.executeUpdate();
        }
    }

    /** The right result takes the place of the wrong one within what is kept. */
    private void replace(Event.ResultRetracted event) throws SQLException {
        Lease by = event.by().orElseThrow();
        byte @Nullable [] right = payloads.outputInMemory(by);
        if (right == null) {
            throw new LogException(
                    "expected the bytes of audit result " + by + " before the flush, found none");
        }
        selectKept.setLong(1, event.job().number());
        selectKept.setInt(2, event.from());
        selectKept.setInt(3, event.to());
        try (ResultSet row = selectKept.executeQuery()) {
            if (!row.next()) {
                throw new LogException(
                        "no kept result of "
                                + event.job()
                                + " holds items "
                                + event.from()
                                + " to "
                                + event.to());
            }
            byte[] output = row.getBytes(5);
            int dimensions = EmbeddingOutput.dimensions(event.to() - event.from(), right.length);
            EmbeddingOutput.read(output, dimensions)
                    .replace(event.from() - row.getInt(4), EmbeddingOutput.read(right, dimensions));
            replaceKept.setLong(1, PayloadSum.of(output));
            replaceKept.setBytes(2, output);
            replaceKept.setLong(3, event.job().number());
            replaceKept.setInt(4, row.getInt(1));
            replaceKept.setInt(5, row.getInt(2));
            replaceKept.setInt(6, row.getInt(3));
            replaceKept.executeUpdate();
        }
    }

    private void end(JobId job) throws SQLException {
        deleteOpenVotes.setLong(1, job.number());
        deleteOpenVotes.executeUpdate();
        if (deleteRuns(job, SWEPT_RUNS) == SWEPT_RUNS) {
            insertSweep.setLong(1, job.number());
            insertSweep.executeUpdate();
            sweep.add(job);
        }
    }

    private void sweep() throws SQLException {
        JobId job = sweep.peek();
        if (job != null && deleteRuns(job, SWEPT_RUNS) < SWEPT_RUNS) {
            deleteSweep.setLong(1, job.number());
            deleteSweep.executeUpdate();
            sweep.poll();
        }
    }

    private int deleteRuns(JobId job, int limit) throws SQLException {
        deleteRuns.setLong(1, job.number());
        deleteRuns.setInt(2, limit);
        return deleteRuns.executeUpdate();
    }

    private static void setLease(PreparedStatement statement, Lease lease) throws SQLException {
        statement.setLong(1, lease.job().number());
        statement.setInt(2, lease.shard());
        statement.setInt(3, lease.attempt());
        statement.setInt(4, lease.epoch());
    }
}
