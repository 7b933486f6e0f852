package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.ByteString;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.SnapshotIndex;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the log remembers of each open job: whether it is durable, and the rows that speak of it.
 * The loop's thread writes; any thread may look.
 */
final class OpenJobs {
    /** From a snapshot's index until the snapshot restores the job. */
    private final Map<Long, RowList> indexed = new TreeMap<>();

    private final Map<JobId, Line> lines = new ConcurrentHashMap<>();

    private record Line(boolean durable, RowList rows) {}

    boolean isDurable(JobId job) {
        Line line = lines.get(job);
        return line != null && line.durable();
    }

    /** The rows that speak of the job; null if it is not open. */
    byte @Nullable [] rows(JobId job) {
        Line line = lines.get(job);
        return line == null ? null : line.rows().bytes();
    }

    /** An event of the row was appended or replayed; jobs end by {@link #end} alone. */
    void note(Event.Durable event, long row) {
        switch (event) {
            case Event.JobAdmitted admitted -> {
                lines.put(admitted.job(), new Line(admitted.durable(), new RowList()));
                touch(admitted.job(), row);
                admitted.audit().ifPresent(audit -> touch(audit.job(), row));
            }
            case Event.BallotCast cast -> touch(cast.job(), row);
            case Event.ShardSettled settled -> touch(settled.job(), row);
            case Event.JobEnded ended -> touch(ended.job(), row);
            case Event.ResultRetracted retracted -> touch(retracted.job(), row);
            case Event.LifeBegan _,
                    Event.ModelRegistered _,
                    Event.ApiKeyCreated _,
                    Event.ApiKeyRevoked _,
                    Event.TokenIssued _,
                    Event.NodeEnrolled _,
                    Event.NodeBanned _,
                    Event.Booked _,
                    Event.PolicySet _,
                    Event.OwnerTermsSet _,
                    Event.AvailabilityPaid _,
                    Event.AvailabilityCounted _,
                    Event.AvailabilityRestored _,
                    Event.RepeatsRestored _,
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

    /** An event of a snapshot was replayed. */
    void restore(Event.Durable event) {
        if (event instanceof Event.JobRestored restored) {
            JobId job = restored.admitted().job();
            RowList rows = indexed.remove(job.number());
            lines.put(
                    job,
                    new Line(restored.admitted().durable(), rows == null ? new RowList() : rows));
        }
    }

    void end(JobId job) {
        lines.remove(job);
    }

    void clear() {
        lines.clear();
        indexed.clear();
    }

    SnapshotIndex.Builder index() {
        var index = SnapshotIndex.newBuilder();
        lines.forEach((job, line) -> {
            index.addJobs(job.number());
            index.addRows(ByteString.copyFrom(line.rows().bytes()));
        });
        return index;
    }

    void load(SnapshotIndex index) {
        for (int i = 0; i < index.getJobsCount(); i++) {
            indexed.put(index.getJobs(i), RowList.of(index.getRows(i).toByteArray()));
        }
    }

    private void touch(JobId job, long row) {
        Line line = lines.get(job);
        if (line != null) {
            line.rows().add(row);
        }
    }
}
