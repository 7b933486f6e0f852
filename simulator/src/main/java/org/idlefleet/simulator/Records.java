package org.idlefleet.simulator;

import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Counts naively what every owner and every device has shown, and who must be audited for it. */
final class Records {
    private static final Duration DAY = Duration.ofHours(24);

    private final Map<OwnerId, Integer> right = new HashMap<>();
    private final Map<OwnerId, Integer> outvoted = new HashMap<>();
    private final Map<OwnerId, Integer> cleared = new HashMap<>();
    private final Map<OwnerId, Integer> drawn = new HashMap<>();
    private final Map<OwnerId, Integer> audited = new HashMap<>();
    private final Map<String, Integer> shown = new HashMap<>();
    private final Map<NodeId, Integer> rightByDevice = new HashMap<>();
    private final Map<OwnerId, Instant> enrolled = new HashMap<>();
    private final List<Event.Convict> convicts = new ArrayList<>();
    private final Map<OwnerId, List<Against.Outvote>> against = new HashMap<>();
    private final Map<OwnerId, Against.Conviction> convictions = new HashMap<>();
    private final TreeSet<NodeId> faulty = new TreeSet<>();

    void enrolled(OwnerId owner, Instant at) {
        enrolled.putIfAbsent(owner, at);
    }

    void cleared(Ballot ballot) {
        cleared.merge(ballot.owner(), 1, Integer::sum);
        against.getOrDefault(ballot.owner(), new ArrayList<>())
                .removeIf(outvote -> outvote.result().equals(ballot.lease()));
    }

    void convicted(Event.OwnerConvicted event) {
        convicts.add(new Event.Convict(event.owner(), event.at()));
        convictions.put(
                event.owner(), new Against.Conviction(event.audit(), event.reason(), event.at()));
    }

    void reinstated(OwnerId owner) {
        convictions.remove(owner);
    }

    void turnedAway(NodeId node) {
        faulty.add(node);
    }

    boolean warmedUp(OwnerId owner) {
        return right.getOrDefault(owner, 0) >= 200;
    }

    boolean isFaulty(NodeId node) {
        return faulty.contains(node);
    }

    /** Somebody has looked at what was drawn, if an audit of it has ended so. */
    void ended(AuditOf audit, JobEnd end) {
        if (audit.cause() == AuditOf.Cause.DRAWN
                && (end == JobEnd.DONE || end == JobEnd.NO_QUORUM)) {
            audited.merge(audit.claim().owner(), 1, Integer::sum);
        }
    }

    /** The known answer of a ringer is not tried again. */
    void settled(Event.ShardSettled settled, Optional<AuditOf> audit) {
        if (settled.draw().audited()) {
            drawn.merge(settled.result().owner(), 1, Integer::sum);
        }
        if (settled.agreeing().size() + settled.inconclusive().size() + settled.dissenting().size()
                < 2) {
            return;
        }
        for (Ballot ballot : settled.agreeing()) {
            if (audit.filter(AuditOf::ringer).isPresent() && audit.get().claim().equals(ballot)) {
                continue;
            }
            right.merge(ballot.owner(), 1, Integer::sum);
            rightByDevice.merge(ballot.node(), 1, Integer::sum);
            shown.merge(ballot.node() + " " + ballot.numericClass(), 1, Integer::sum);
        }
        for (Ballot ballot : settled.dissenting()) {
            outvoted.merge(ballot.owner(), 1, Integer::sum);
            List<Against.Outvote> known =
                    against.computeIfAbsent(ballot.owner(), _ -> new ArrayList<>());
            known.add(
                    new Against.Outvote(
                            ballot.node(), ballot.lease(), settled.job(), settled.at()));
            if (known.size() > Against.OUTVOTES_MAX) {
                known.removeFirst();
            }
        }
    }

    /** Whoever has not shown enough, and the cohort of a convicted owner, is audited for all. */
    Optional<Corner> checkShare(Event.ShardSettled settled, Event.JobAdmitted job) {
        if (!job.assurance().audited() || job.audit().isPresent()) {
            Broken.unless(settled.auditPpm() == 0, "nobody asked for an audit", settled);
            return Optional.empty();
        }
        Ballot result = settled.agreeing().getFirst();
        boolean newOwner = right.getOrDefault(result.owner(), 0) < 200;
        boolean newDevice = shown.getOrDefault(result.node() + " " + result.numericClass(), 0) < 50;
        boolean watched =
                convicts.stream()
                        .filter(convict -> convict.at().plus(DAY).isAfter(settled.at()))
                        .anyMatch(convict -> together(convict.owner(), result.owner()));
        int least = newOwner || newDevice || watched ? 1_000_000 : job.assurance().auditPpm();
        Broken.unless(settled.auditPpm() >= least, "who must be audited is", settled, least);
        return newDevice
                ? newOwner ? Optional.empty() : Optional.of(Corner.NEW_DEVICE_OF_A_GOOD_OWNER)
                : watched
                        ? Optional.of(Corner.COHORT_WATCHED)
                        : Optional.of(Corner.DEVICE_WARMED_UP);
    }

    private boolean together(OwnerId one, OwnerId other) {
        Instant first = enrolled.get(one);
        Instant second = enrolled.get(other);
        return first != null
                && second != null
                && Duration.between(first, second).abs().compareTo(DAY) <= 0;
    }

    void compare(Event.StandingRestored restored, boolean spared) {
        OwnerId owner = restored.owner();
        int down = outvoted.getOrDefault(owner, 0);
        int up = cleared.getOrDefault(owner, 0);
        Broken.unless(
                restored.standing().counts().outvoted() == down
                        && restored.standing().counts().cleared() == up
                        && restored.standing().counts().agreed() == right.getOrDefault(owner, 0),
                "the counts of an owner",
                restored,
                down,
                up);
        Broken.unless(
                restored.standing().counts().drawn() == drawn.getOrDefault(owner, 0)
                        && restored.standing().counts().audited() == audited.getOrDefault(owner, 0),
                "what was drawn of an owner's, and audited",
                restored,
                drawn,
                audited);
        Broken.unless(restored.standing().spared() == spared, "who was spared", restored);
        List<Against.Outvote> newest = against.getOrDefault(owner, List.of());
        Optional<Against.Conviction> conviction = Optional.ofNullable(convictions.get(owner));
        Broken.unless(
                restored.against().outvotes().equals(newest)
                        && restored.against().conviction().equals(conviction),
                "the evidence against an owner",
                restored,
                newest,
                conviction);
        Broken.unless(
                down > up || spared || restored.standing().probation().until().equals(Instant.MIN),
                "who is cleared of everything is on no probation",
                restored);
    }

    void compare(Event.DeviceRestored restored) {
        Broken.unless(
                restored.device().agreed() == rightByDevice.getOrDefault(restored.node(), 0)
                        && restored.device().faulty() == isFaulty(restored.node()),
                "what a device has shown",
                restored);
    }

    void compare(Event.AlarmRestored restored) {
        Broken.unless(restored.convicts().equals(convicts), "who was convicted", restored);
    }
}
