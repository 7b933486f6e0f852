package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.Event;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gathers events and writes them: rows, head, job index and payloads in one SQLite transaction. On
 * the loop's thread only.
 */
final class LogWriter {
    /** A row is closed when it has so many bytes; only a huge event makes a larger one. */
    private static final int ROW_BYTES = 4 << 20;

    private final Connection connection;
    private final OpenJobs open;
    private final @Nullable SqlitePayloads payloads;
    private final @Nullable PayloadRows payloadRows;
    private final PreparedStatement insertRow;
    private final PreparedStatement updateHead;
    private final PreparedStatement insertJob;
    private final PreparedStatement selectJob;
    private final EventCodec codec = new EventCodec();
    private final List<LogRow> rows = new ArrayList<>();
    private final List<JobId> ended = new ArrayList<>();

    /** Rows that speak of jobs that had ended already: an audit of theirs, or what it found. */
    private final TreeMap<JobId, List<Long>> late = new TreeMap<>();

    /** Events that payloads belong to. */
    private final List<Event.Durable> withPayloads = new ArrayList<>();

    private long position;
    private byte[] chain;
    private long rowFirst;

    LogWriter(
            Connection connection,
            LogReader.Head head,
            OpenJobs open,
            @Nullable SqlitePayloads payloads)
            throws SQLException {
        this.connection = connection;
        this.open = open;
        this.payloads = payloads;
        payloadRows = payloads == null ? null : new PayloadRows(connection, payloads);
        position = head.position();
        chain = head.chain();
        rowFirst = position + 1;
        insertRow = connection.prepareStatement("INSERT INTO log VALUES (?, ?, ?, ?)");
        updateHead = connection.prepareStatement("UPDATE head SET position = ?, chain = ?");
        insertJob = connection.prepareStatement("INSERT OR REPLACE INTO jobs VALUES (?, ?)");
        selectJob = connection.prepareStatement("SELECT rows FROM jobs WHERE job = ?");
        connection.commit();
    }

    boolean isEmpty() {
        return codec.size() == 0 && rows.isEmpty();
    }

    byte[] chain() {
        return chain;
    }

    void append(Event.Durable event) {
        codec.add(event);
        open.note(event, rowFirst);
        noteLate(event);
        notePayloads(event);
        if (event instanceof Event.JobEnded end) {
            ended.add(end.job());
        }
        if (codec.bytes() >= ROW_BYTES) {
            closeRow();
        }
    }

    /** Returns the number of the last durable event. */
    long flush() throws SQLException {
        closeRow();
        for (LogRow row : rows) {
            insertRow.setLong(1, row.first());
            insertRow.setInt(2, row.events());
            insertRow.setBytes(3, row.chain());
            insertRow.setBytes(4, row.payload());
            insertRow.executeUpdate();
        }
        position = rows.getLast().last();
        updateHead.setLong(1, position);
        updateHead.setBytes(2, chain);
        updateHead.executeUpdate();
        indexEnded();
        indexLate();
        if (payloadRows != null) {
            payloadRows.write(withPayloads);
        }
        connection.commit();
        done();
        return position;
    }

    private void done() {
        ended.forEach(open::end);
        if (payloads != null) {
            payloads.flushed(withPayloads);
        }
        ended.clear();
        late.clear();
        withPayloads.clear();
        rows.clear();
    }

    private void closeRow() {
        if (codec.size() > 0) {
            int events = codec.size();
            byte[] payload = codec.takeGroup();
            chain = Chain.next(chain, rowFirst, events, payload);
            rows.add(new LogRow(rowFirst, events, chain, payload));
            rowFirst += events;
        }
    }

    private void noteLate(Event.Durable event) {
        if (event instanceof Event.ResultRetracted retracted) {
            noteLate(retracted.job());
        } else if (event instanceof Event.JobAdmitted admitted) {
            admitted.audit().map(AuditOf::job).ifPresent(this::noteLate);
        }
    }

    private void noteLate(JobId job) {
        if (open.rows(job) == null) {
            late.computeIfAbsent(job, _ -> new ArrayList<>()).add(rowFirst);
        }
    }

    private void notePayloads(Event.Durable event) {
        JobId job =
                switch (event) {
                    case Event.JobAdmitted admitted -> admitted.job();
                    case Event.BallotCast cast -> cast.job();
                    case Event.ShardSettled settled -> settled.job();
                    case Event.JobEnded end -> end.job();
                    case Event.ResultRetracted retracted ->
                            retracted.by().isPresent() ? retracted.job() : null;
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
                            Event.JobRestored _ ->
                            null;
                };
        if (payloads != null && job != null && open.isDurable(job)) {
            withPayloads.add(event);
        }
    }

    private void indexEnded() throws SQLException {
        for (JobId job : ended) {
            byte[] jobRows = open.rows(job);
            if (jobRows != null) {
                insertJob.setLong(1, job.number());
                insertJob.setBytes(2, jobRows);
                insertJob.addBatch();
            }
        }
        if (!ended.isEmpty()) {
            insertJob.executeBatch();
        }
    }

    private void indexLate() throws SQLException {
        for (Map.Entry<JobId, List<Long>> about : late.entrySet()) {
            selectJob.setLong(1, about.getKey().number());
            byte[] known = null;
            try (ResultSet row = selectJob.executeQuery()) {
                if (row.next()) {
                    known = row.getBytes(1);
                }
            }
            if (known != null) {
                RowList all = RowList.of(known);
                about.getValue().forEach(all::add);
                insertJob.setLong(1, about.getKey().number());
                insertJob.setBytes(2, all.bytes());
                insertJob.executeUpdate();
            }
        }
    }
}
