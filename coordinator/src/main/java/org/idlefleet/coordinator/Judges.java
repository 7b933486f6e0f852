package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.OpenJob;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.util.Set;
import java.util.function.Predicate;

/**
 * Says who, of those connected, could judge a result: only owners with a node whose numeric class
 * the model's manifest holds against the result's.
 */
final class Judges {
    private final Fleet fleet;
    private final Registry registry;
    private final Trust trust;

    Judges(Fleet fleet, Registry registry, Trust trust) {
        this.fleet = fleet;
        this.registry = registry;
        this.trust = trust;
    }

    /** Whether somebody other than this owner could judge a result of this class. */
    boolean peer(Digest manifest, OwnerId owner, NumericClass numericClass) {
        return anyClass(manifest, numericClass, judge -> fleet.othersOffer(manifest, owner, judge));
    }

    /** Whether a trusted owner other than this one could. */
    boolean trusted(Digest manifest, OwnerId owner, NumericClass numericClass) {
        return trust.trusted().stream()
                .filter(other -> !other.equals(owner))
                .anyMatch(other ->
                        anyClass(
                                manifest,
                                numericClass,
                                judge -> fleet.offers(manifest, other, judge)));
    }

    /** Whether somebody could be tried by this ringer. */
    boolean novice(Digest manifest, AuditOf ringer) {
        ModelSpec model = registry.model(manifest).orElseThrow();
        return fleet.offering(manifest).anyMatch(session -> tries(model, ringer, session));
    }

    /** Whether the node's owner has not seen the ringer and its answer judges the node's class. */
    boolean tries(ModelSpec model, AuditOf ringer, ParkSession session) {
        OwnerId owner = session.owner();
        return !trust.trusted(owner)
                && !owner.equals(ringer.claim().owner())
                && !ringer.seenBy().contains(owner)
                && judges(model, session.numericClass(), ringer.claim().numericClass());
    }

    /** Whether somebody is at work on this audit, or somebody is there who could be. */
    boolean serves(Job audit) {
        for (OpenShard shard : audit.work().shards()) {
            if (!shard.running().isEmpty() || audit.toCompare(shard.index())) {
                return true;
            }
        }
        Digest manifest = audit.admitted().manifest();
        ModelSpec model = registry.model(manifest).orElseThrow();
        return fleet.offering(manifest).anyMatch(session -> takes(audit, model, session));
    }

    private boolean takes(Job audit, ModelSpec model, ParkSession session) {
        OpenJob work = audit.work();
        OwnerId owner = session.owner();
        boolean trusted = trust.trusted(owner);
        if (work.declined().contains(owner) || work.trustedOnly() && !trusted) {
            return false;
        }
        return work.firstFree().isPresent() && begins(audit.admitted(), model, session)
                || work.wanting().values().stream()
                        .anyMatch(shard -> shard.admits(owner) && (trusted || !shard.forTrusted()));
    }

    /** Whether the node can hold the claim of this audit against a result of its own. */
    boolean begins(Event.JobAdmitted audit, ModelSpec model, ParkSession session) {
        NumericClass claimed = audit.audit().orElseThrow().claim().numericClass();
        return judges(model, session.numericClass(), claimed);
    }

    private boolean judges(ModelSpec model, NumericClass judge, NumericClass claimed) {
        return model.comparator().judges(judge, fleet.settled(claimed));
    }

    private boolean anyClass(
            Digest manifest, NumericClass numericClass, Predicate<NumericClass> there) {
        ModelSpec model = registry.model(manifest).orElseThrow();
        for (NumericClass judge : fleet.classes(manifest)) {
            if (judges(model, judge, numericClass) && there.test(judge)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Who may have work whose results will be checked: nobody whose results could not be. A class
     * that nobody else has, or only friends, would be a hiding place, so where a trusted owner is
     * there it must be one that can judge them. If nobody qualifies, anybody may have it.
     *
     * @param audited whether a trusted owner may be asked
     * @param declined owners who can't take the input
     */
    Predicate<ParkSession> checkable(ModelSpec model, boolean audited, Set<OwnerId> declined) {
        Digest manifest = model.manifest();
        Set<NumericClass> classes = fleet.classes(manifest);
        if (classes.size() < 2) {
            return _ -> true;
        }
        boolean trustedThere =
                audited && trust.trusted().stream().anyMatch(it -> fleet.offers(manifest, it));
        Predicate<ParkSession> checkable =
                session ->
                        trust.trusted(session.owner())
                                || (trustedThere
                                        ? trusted(manifest, session.owner(), session.numericClass())
                                        : peer(manifest, session.owner(), session.numericClass()));
        return fleet.offering(manifest)
                        .filter(session -> !declined.contains(session.owner()))
                        .anyMatch(checkable)
                ? checkable
                : _ -> true;
    }
}
