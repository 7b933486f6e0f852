package org.idlefleet.simulator;

import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which audits may be given out again as ringers, and to whom, said a second time. */
final class ReferenceRingers {
    private final Draws draws;
    private final int ringersPpm;
    private final Set<OwnerId> trusted;
    private final Map<JobId, Answer> known = new HashMap<>();

    /** What an audit found right, and all who have computed it. */
    private record Answer(Ballot claim, Set<OwnerId> seenBy) {
        /** Those whom only the ringer itself can name. */
        Set<OwnerId> strangers(Set<OwnerId> trusted) {
            var left = new TreeSet<>(seenBy);
            left.removeAll(trusted);
            left.remove(claim.owner());
            return left;
        }
    }

    ReferenceRingers(Draws draws, int ringersPpm, Set<OwnerId> trusted) {
        this.draws = draws;
        this.ringersPpm = ringersPpm;
        this.trusted = trusted;
    }

    void opened(AuditOf audit) {
        if (audit.ringer()) {
            Answer answer = known.remove(audit.job());
            Broken.unless(
                    answer != null
                            && answer.claim().equals(audit.claim())
                            && audit.seenBy().containsAll(answer.strangers(trusted)),
                    "a ringer is drawn from what a trusted owner found right, and used once",
                    audit);
        }
    }

    /** Known answers that a ringer was drawn for and none was opened. */
    int left() {
        return known.size();
    }

    void granted(AuditOf ringer, OwnerId owner) {
        Broken.unless(
                !trusted.contains(owner)
                        && !ringer.claim().owner().equals(owner)
                        && !ringer.seenBy().contains(owner),
                "nobody gets a ringer whose answer he knows",
                ringer,
                owner);
    }

    /** What the settlement of an audit makes known; of a ringer, what came of it. */
    Optional<Corner> settled(Event.ShardSettled settled, Event.JobAdmitted job) {
        AuditOf audit = job.audit().orElse(null);
        if (audit == null) {
            return Optional.empty();
        }
        boolean right = settled.agreeing().contains(audit.claim());
        List<Ballot> words =
                settled.agreeing().stream()
                        .filter(ballot -> !ballot.equals(audit.claim()))
                        .filter(ballot -> trusted.contains(ballot.owner()))
                        .toList();
        if (audit.ringer()) {
            Broken.unless(
                    words.isEmpty() || right,
                    "a known answer that is in doubt tries nobody",
                    settled);
            return Optional.of(
                    settled.dissenting().isEmpty() ? Corner.RINGER_PASSED : Corner.RINGER_FAILED);
        }
        boolean whole = settled.from() == 0 && settled.to() == job.units().items();
        if (right
                && whole
                && !words.isEmpty()
                && draws.ringer(settled, words.getFirst(), ringersPpm)) {
            var seenBy = new TreeSet<OwnerId>();
            Stream.of(settled.agreeing(), settled.inconclusive(), settled.dissenting())
                    .flatMap(List::stream)
                    .forEach(ballot -> seenBy.add(ballot.owner()));
            known.put(settled.job(), new Answer(audit.claim(), seenBy));
        }
        return Optional.empty();
    }
}
