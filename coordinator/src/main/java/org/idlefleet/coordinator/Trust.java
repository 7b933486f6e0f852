package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.AlarmRestored;
import org.idlefleet.coordinator.Event.Convict;
import org.idlefleet.coordinator.Event.DeviceRestored;
import org.idlefleet.coordinator.Event.DeviceTurnedAway;
import org.idlefleet.coordinator.Event.OwnerConvicted;
import org.idlefleet.coordinator.Event.OwnerReinstated;
import org.idlefleet.coordinator.Event.OwnerTrusted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.Event.StandingRestored;
import org.idlefleet.coordinator.fleet.Conduct;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Alarm;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * What is known of owners: honesty from settled results, whom the operator trusts, who is
 * convicted. How dependable and quick their nodes were is kept apart and forgotten with the
 * process.
 */
final class Trust {
    /** How long all of a convicted owner's enrolment cohort are audited on everything. */
    static final Duration COHORT_WATCH = Duration.ofHours(24);

    private final Map<OwnerId, Standing> standings = new HashMap<>();
    private final Map<OwnerId, Against> against = new HashMap<>();
    private final Map<OwnerId, Conduct> conducts = new HashMap<>();
    private final TreeSet<OwnerId> trusted = new TreeSet<>();
    private final TreeMap<OwnerId, Transaction> forfeits = new TreeMap<>();
    private final Map<OwnerId, TreeMap<NodeId, Device>> devices = new HashMap<>();
    private final ArrayDeque<Convict> convicts = new ArrayDeque<>();
    private final Alarm alarm = new Alarm();

    Standing standing(OwnerId owner, Instant now) {
        Standing known = standings.get(owner);
        return known == null ? Standing.fresh(now) : known;
    }

    boolean convicted(OwnerId owner) {
        Standing known = standings.get(owner);
        return known != null && known.convicted();
    }

    /** Whether others vote most of its results down, and the operator does not trust it. */
    boolean oftenOutvoted(OwnerId owner) {
        Standing known = standings.get(owner);
        return known != null && known.oftenOutvoted() && !trusted(owner);
    }

    /** Whether others have found enough of its results right, and it is not convicted. */
    boolean warmedUp(OwnerId owner) {
        Standing known = standings.get(owner);
        return known != null && !known.convicted() && known.counts().agreed() >= Standing.WARM_UP;
    }

    boolean trusted(OwnerId owner) {
        return trusted.contains(owner);
    }

    /** The first of the ballots, other than the claim, that a trusted owner has cast. */
    Optional<Ballot> word(List<Ballot> ballots, Ballot claim) {
        for (Ballot ballot : ballots) {
            if (trusted(ballot.owner()) && !ballot.equals(claim)) {
                return Optional.of(ballot);
            }
        }
        return Optional.empty();
    }

    Set<OwnerId> trusted() {
        return trusted;
    }

    /** Whether this one's results count no more: its owner is convicted, or its device faulty. */
    boolean condemned(Results.Author author) {
        return convicted(author.owner()) || device(author.owner(), author.node()).faulty();
    }

    /** What speaks against this owner. */
    Against against(OwnerId owner) {
        return against.getOrDefault(owner, Against.NOTHING);
    }

    /** What a convicted owner's nodes are told. */
    String turnedAway(OwnerId owner) {
        return turnedAway(owner, against(owner).conviction().map(Against.Conviction::reason));
    }

    /**
     * The same of one who is about to be convicted.
     *
     * @param reason empty if it is not known any more
     */
    static String turnedAway(OwnerId owner, Optional<String> reason) {
        return "owner "
                + owner
                + " is convicted of a wrong result"
                + reason.map(why -> " (" + why + ")").orElse("")
                + "; the operator hears appeals";
    }

    /** Owners with a node that offers the model and may run it, counted up to {@code enough}. */
    int owners(Fleet fleet, Digest manifest, Assurance assurance, int enough) {
        return assurance == Assurance.TRUSTED_ONLY
                ? (int)
                        trusted.stream()
                                .filter(owner -> fleet.offers(manifest, owner))
                                .limit(enough)
                                .count()
                : fleet.owners(manifest, enough);
    }

    boolean alarm(Instant now) {
        return alarm.on(now);
    }

    Device device(OwnerId owner, NodeId node) {
        TreeMap<NodeId, Device> own = devices.get(owner);
        return own == null ? Device.FRESH : own.getOrDefault(node, Device.FRESH);
    }

    /** Devices of the owner about which something is known. */
    Map<NodeId, Device> devices(OwnerId owner) {
        return devices.getOrDefault(owner, new TreeMap<>());
    }

    /**
     * Whether a wrong result of this device is taken for a fault of it: another of its owner's
     * devices has shown that it computes right, none of the others was ever voted down, and the
     * owner was never spared before.
     */
    boolean spares(OwnerId owner, NodeId node) {
        Standing known = standings.get(owner);
        if (known == null || known.spared() || known.convicted()) {
            return false;
        }
        Map<NodeId, Device> others = new TreeMap<>(devices(owner));
        others.remove(node);
        return others.values().stream().anyMatch(Device::fine)
                && others.values().stream().allMatch(other -> other.outvoted() == 0);
    }

    /** Owners that were convicted not longer ago than {@link #COHORT_WATCH}. */
    List<OwnerId> convictedOfLate(Instant now) {
        return convicts.isEmpty()
                ? List.of()
                : convicts.stream()
                        .filter(convict -> convict.at().plus(COHORT_WATCH).isAfter(now))
                        .map(Convict::owner)
                        .toList();
    }

    /** What the nodes of a device that was turned away are told. */
    static String faulty(NodeId node) {
        return "device "
                + node
                + " computed something wrong that its owner's other devices compute right; have it"
                + " checked, then ask the operator to reinstate it";
    }

    /** What the owner lost when it was convicted. */
    Optional<Transaction> forfeit(OwnerId owner) {
        return Optional.ofNullable(forfeits.get(owner));
    }

    /**
     * @param manifest the model's
     * @param audit what the settled job checks, if it is an audit: its claim is no new result
     */
    void settled(ShardSettled event, Digest manifest, Optional<AuditOf> audit) {
        int judged =
                event.agreeing().size() + event.inconclusive().size() + event.dissenting().size();
        Optional<Ballot> known = audit.filter(AuditOf::ringer).map(AuditOf::claim);
        if (known.isPresent()) {
            tried(event, known.get());
        }
        if (event.draw().audited()) {
            change(event.result().owner(), event.at(), Standing::afterDraw);
        }
        if (judged > 1) {
            for (Ballot ballot : event.agreeing()) {
                if (known.equals(Optional.of(ballot))) {
                    continue;
                }
                change(ballot.owner(), event.at(), old -> old.afterAgreement(event.at()));
                change(ballot, device -> device.afterAgreement(manifest, ballot.numericClass()));
            }
            for (Ballot ballot : event.inconclusive()) {
                change(ballot.owner(), event.at(), Standing::afterDoubt);
            }
            for (Ballot ballot : event.dissenting()) {
                change(ballot.owner(), event.at(), old -> old.afterOutvote(event.at()));
                change(ballot, Device::afterOutvote);
                var outvote =
                        new Against.Outvote(ballot.node(), ballot.lease(), event.job(), event.at());
                against.put(ballot.owner(), against(ballot.owner()).and(outvote));
            }
        }
        for (List<Ballot> paid : List.of(event.agreeing(), event.inconclusive())) {
            for (Ballot ballot : paid) {
                if (audit.isEmpty() || !audit.get().claim().equals(ballot)) {
                    change(ballot.owner(), event.at(), Standing::afterResult);
                }
            }
        }
    }

    /** Counts who got a ringer right, and who did not as a trusted owner confirmed. */
    private void tried(ShardSettled event, Ballot known) {
        if (!event.agreeing().contains(known)) {
            return;
        }
        boolean confirmed = event.agreeing().stream().anyMatch(ballot -> trusted(ballot.owner()));
        for (Ballot right : event.agreeing()) {
            if (!right.equals(known) && !trusted(right.owner())) {
                change(right.owner(), event.at(), old -> old.afterRinger(true));
            }
        }
        for (Ballot wrong : confirmed ? event.dissenting() : List.<Ballot>of()) {
            change(wrong.owner(), event.at(), old -> old.afterRinger(false));
        }
    }

    /** Somebody has audited this result, which was drawn. */
    void audited(Ballot drawn, Instant at) {
        change(drawn.owner(), at, Standing::afterAudit);
    }

    /** A trusted owner found a result right that others had voted down. */
    void cleared(Ballot right, Instant at) {
        change(right.owner(), at, old -> old.afterClearing(at));
        change(right, Device::afterClearing);
        against.computeIfPresent(right.owner(), (_, old) -> old.without(right.lease()));
    }

    void apply(OwnerTrusted event) {
        if (event.trusted()) {
            trusted.add(event.owner());
        } else {
            trusted.remove(event.owner());
        }
    }

    void apply(OwnerConvicted event) {
        change(event.owner(), event.at(), Standing::convict);
        var conviction = new Against.Conviction(event.audit(), event.reason(), event.at());
        against.put(event.owner(), against(event.owner()).convicted(conviction));
        event.forfeit().ifPresent(lost -> forfeits.put(event.owner(), lost));
        trusted.remove(event.owner());
        convicts.addLast(new Convict(event.owner(), event.at()));
        while (!convicts.getFirst().at().plus(COHORT_WATCH).isAfter(event.at())) {
            convicts.removeFirst();
        }
        alarm.convicted(event.at());
    }

    void apply(DeviceTurnedAway event) {
        change(event.owner(), event.at(), old -> old.spare(event.at()));
        devices.computeIfAbsent(event.owner(), _ -> new TreeMap<>())
                .merge(event.node(), Device.FRESH.turnAway(), (old, _) -> old.turnAway());
    }

    void apply(DeviceRestored event) {
        devices.computeIfAbsent(event.owner(), _ -> new TreeMap<>())
                .put(event.node(), event.device());
    }

    void apply(AlarmRestored event) {
        convicts.clear();
        convicts.addAll(event.convicts());
        alarm.restore(event.convicts().stream().map(Convict::at).toList(), event.until());
    }

    void apply(OwnerReinstated event) {
        change(event.owner(), event.at(), old -> old.reinstate(event.at()));
        forfeits.remove(event.owner());
        against.computeIfPresent(event.owner(), (_, old) -> old.reinstated());
        convicts.removeIf(convict -> convict.owner().equals(event.owner()));
        devices(event.owner()).replaceAll((_, old) -> old.faulty() ? Device.FRESH : old);
    }

    void apply(StandingRestored event) {
        standings.put(event.owner(), event.standing());
        event.forfeit().ifPresent(lost -> forfeits.put(event.owner(), lost));
        against.put(event.owner(), event.against());
    }

    void answered(OwnerId owner, Duration expected, Duration taken) {
        conducts.put(owner, conduct(owner).afterAnswer(expected, taken));
    }

    void lost(OwnerId owner) {
        conducts.put(owner, conduct(owner).afterLoss());
    }

    void released(OwnerId owner) {
        conducts.put(owner, conduct(owner).afterRelease());
    }

    void refused(OwnerId owner) {
        conducts.put(owner, conduct(owner).afterRefusal());
    }

    /** Events that rebuild this. */
    List<Event.Durable> snapshot(Instant now) {
        var events = new ArrayList<Event.Durable>();
        new TreeMap<>(standings)
                .forEach((owner, standing) ->
                        events.add(
                                new StandingRestored(
                                        owner, standing, forfeit(owner), against(owner))));
        new TreeMap<>(devices)
                .forEach((owner, own) ->
                        own.forEach((node, device) ->
                                events.add(new DeviceRestored(node, owner, device))));
        trusted.forEach(owner -> events.add(new OwnerTrusted(owner, true, now)));
        if (!convicts.isEmpty() || !alarm.until().equals(Instant.MIN)) {
            events.add(new AlarmRestored(List.copyOf(convicts), alarm.until()));
        }
        return events;
    }

    /**
     * @param watch because of which convicted owner this one's whole cohort is audited
     * @param open how many audits of drawn results of an owner are open
     */
    View.Owners view(
            Instant now, Function<OwnerId, Optional<OwnerId>> watch, ToIntFunction<OwnerId> open) {
        return new View.Owners(
                owners().stream()
                        .map(owner -> {
                            Standing standing = standing(owner, now);
                            return new View.Owner(
                                    owner,
                                    standing,
                                    standing.state(now),
                                    against(owner),
                                    trusted(owner),
                                    watch.apply(owner),
                                    Collections.unmodifiableMap(new TreeMap<>(devices(owner))),
                                    conduct(owner),
                                    open.applyAsInt(owner));
                        })
                        .toList(),
                alarm(now));
    }

    /**
     * What the owner itself is told: the same figures as {@link #view} shows the operator.
     *
     * @param open how many audits of its drawn results are open
     */
    CoordinatorMessage.Standing told(OwnerId owner, int open, Instant now) {
        Standing standing = standing(owner, now);
        Standing.State state = standing.state(now);
        Standing.Counts counts = standing.counts();
        Conduct conduct = conduct(owner);
        return new CoordinatorMessage.Standing(
                switch (state) {
                    case WARM_UP -> CoordinatorMessage.Standing.State.WARM_UP;
                    case GOOD -> CoordinatorMessage.Standing.State.GOOD;
                    case PROBATION -> CoordinatorMessage.Standing.State.PROBATION;
                    case CONVICTED -> CoordinatorMessage.Standing.State.CONVICTED;
                },
                standings.containsKey(owner) ? Optional.of(standing.since()) : Optional.empty(),
                state == Standing.State.PROBATION
                        ? Optional.of(standing.probation().until())
                        : Optional.empty(),
                trusted(owner),
                new CoordinatorMessage.Honesty(
                        counts.results(),
                        counts.agreed(),
                        counts.inconclusive(),
                        counts.outvoted(),
                        Standing.WARM_UP,
                        standing.recent().share(),
                        counts.ringersPassed(),
                        counts.ringersFailed(),
                        counts.drawn(),
                        counts.audited(),
                        open,
                        against(owner).outvotes().stream()
                                .map(outvote ->
                                        new CoordinatorMessage.Outvote(
                                                outvote.node(), outvote.result(), outvote.at()))
                                .toList()),
                new CoordinatorMessage.Availability(
                        conduct.answered(), conduct.released(), conduct.lost(), conduct.refused()),
                new CoordinatorMessage.Speed(conduct.expected(), conduct.taken()));
    }

    private Set<OwnerId> owners() {
        var owners = new TreeSet<>(standings.keySet());
        owners.addAll(trusted);
        return owners;
    }

    private Conduct conduct(OwnerId owner) {
        return conducts.getOrDefault(owner, Conduct.NONE);
    }

    private void change(Ballot ballot, UnaryOperator<Device> change) {
        devices.computeIfAbsent(ballot.owner(), _ -> new TreeMap<>())
                .merge(ballot.node(), change.apply(Device.FRESH), (old, _) -> change.apply(old));
    }

    private void change(OwnerId owner, Instant at, UnaryOperator<Standing> change) {
        standings.put(owner, change.apply(standing(owner, at)));
    }
}
