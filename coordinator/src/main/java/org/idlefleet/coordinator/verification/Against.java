package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What speaks against an owner: the evidence behind its standing, for itself and for whoever hears
 * its appeal. Immutable.
 *
 * @param outvotes its newest results that others voted down and nobody has cleared since, the
 *     oldest first, at most {@value #OUTVOTES_MAX}
 * @param conviction why it is convicted; empty if it is not, or an older release convicted it
 */
public record Against(List<Outvote> outvotes, Optional<Conviction> conviction) {
    public static final int OUTVOTES_MAX = 16;

    public static final Against NOTHING = new Against(List.of(), Optional.empty());

    public Against {
        outvotes = List.copyOf(outvotes);
    }

    /**
     * A result that others voted down.
     *
     * @param by the job in which they did: the result's own, or one that checked it
     */
    public record Outvote(NodeId node, Lease result, JobId by, Instant at) {}

    /**
     * A trusted owner has confirmed that a result was wrong.
     *
     * @param audit the job that confirmed it
     */
    public record Conviction(JobId audit, String reason, Instant at) {}

    /** This and one more. */
    public Against and(Outvote outvote) {
        var more = new ArrayList<>(outvotes);
        more.add(outvote);
        int over = Math.max(0, more.size() - OUTVOTES_MAX);
        return new Against(more.subList(over, more.size()), conviction);
    }

    /** A result was right after all. */
    public Against without(Lease cleared) {
        return new Against(
                outvotes.stream().filter(outvote -> !outvote.result().equals(cleared)).toList(),
                conviction);
    }

    /** This, and a conviction. */
    public Against convicted(Conviction by) {
        return new Against(outvotes, Optional.of(by));
    }

    /** An appeal succeeded. */
    public Against reinstated() {
        return new Against(outvotes, Optional.empty());
    }
}
