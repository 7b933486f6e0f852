package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.Carver;
import org.idlefleet.coordinator.scheduling.OpenJob;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.WorkQueue;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Brings one piece of waiting work and one willing node together. Which node it is among those that
 * may have it is drawn by a keyed hash, so nobody can choose whom he works for, and a replay draws
 * the same.
 */
final class Placement {
    /**
     * Jobs looked at before a model is left for the next event: those in front may want a node that
     * is busy.
     */
    private static final int JOBS_LOOKED_AT = 64;

    /** Shards of one job that are looked at for the same reason. */
    private static final int SHARDS_LOOKED_AT = 16;

    /** Nodes looked at for one shard. */
    private static final int NODES_LOOKED_AT = 256;

    /**
     * Neighbouring shards of a job that one draw places, as far as the drawn node has slots for
     * them: they reach it, and come back, in one message.
     */
    private static final int SHARDS_PER_DRAW = 256;

    /**
     * Work that ends within so many seconds never is too late where it is: to spread it further
     * costs another node a message and a wake-up, which take about as long over a mobile network.
     */
    private static final double SOON = 0.1;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Judges judges;
    private final Policy policy;
    private final Carver carver;

    Placement(
            Fleet fleet, Jobs jobs, Registry registry, Trust trust, Judges judges, Policy policy) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.judges = judges;
        this.policy = policy;
        this.carver =
                new Carver(
                        policy.pace().shortestShard(),
                        policy.limits().shardItems(),
                        policy.limits().shardUnits());
    }

    /** One shard for one node; {@link Decision#NOTHING} if nothing that waits fits anyone free. */
    Decision next(int epoch, Instant now) {
        for (Map.Entry<Digest, WorkQueue> entry : jobs.queues().entrySet()) {
            List<ParkSession> ready = fleet.ready(entry.getKey());
            Optional<ModelSpec> model = registry.model(entry.getKey());
            if (ready.isEmpty() || entry.getValue().isEmpty() || model.isEmpty()) {
                continue;
            }
            Optional<Decision> placed =
                    entry.getValue()
                            .first(
                                    JOBS_LOOKED_AT,
                                    now.getEpochSecond(),
                                    !fleet.readyTrusted(entry.getKey()).isEmpty(),
                                    job -> place(job, model.get(), ready, epoch, now));
            if (placed.isPresent()) {
                return placed.get();
            }
        }
        return Decision.NOTHING;
    }

    private Optional<Decision> place(
            OpenJob job, ModelSpec model, List<ParkSession> ready, int epoch, Instant now) {
        int looked = 0;
        for (OpenShard shard : job.wanting().values()) {
            if (looked++ == SHARDS_LOOKED_AT) {
                break;
            }
            ParkSession session = choose(job, model, shard, ready);
            if (session != null) {
                return Optional.of(
                        grant(
                                job,
                                model,
                                session,
                                new Lease(job.job(), shard.index(), shard.attempts(), epoch),
                                shard.from(),
                                shard.to(),
                                now));
            }
        }
        return job.firstFree()
                .flatMap(range ->
                        carve(job, model, range.getKey(), range.getValue(), ready, epoch, now));
    }

    private Optional<Decision> carve(
            OpenJob job,
            ModelSpec model,
            int from,
            int to,
            List<ParkSession> ready,
            int epoch,
            Instant now) {
        ParkSession session = choose(job, model, null, ready);
        if (session == null) {
            return Optional.empty();
        }
        int end =
                carver.end(
                        job,
                        from,
                        to,
                        job.urgent()
                                ? policy.pace().interactiveShard()
                                : policy.pace().batchShard(),
                        session.milliSpeed(model.manifest()),
                        fleet.milliSpeed(model.manifest()),
                        jobs.queue(model.manifest()).freeUnits() - job.freeUnits(),
                        fleet.remainingStay(session),
                        model.batchItems(),
                        policy.limits().shardOutputBytes() / model.outputBytesPerItem());
        var lease = new Lease(job.job(), job.nextShard(), 0, epoch);
        return Optional.of(grant(job, model, session, lease, from, end, now));
    }

    private Decision grant(
            OpenJob job,
            ModelSpec model,
            ParkSession session,
            Lease lease,
            int from,
            int to,
            Instant now) {
        long units = job.units().between(from, to);
        long speed = Math.max(1, session.milliSpeed(model.manifest()));
        var expected = Duration.ofMillis((session.heldUnits() + units) * 1_000_000 / speed);
        return new Decision.Builder()
                .event(new LeaseGranted(lease, session.number(), from, to, expected, now))
                .send(
                        new Send.Assign(
                                session.number(),
                                lease,
                                model.manifest(),
                                jobs.open(job.job()).orElseThrow().admitted().kind(),
                                from,
                                to,
                                policy.pace().lease()))
                .build();
    }

    /**
     * Draws a node, if one has time of an owner who is not often voted down. For a result that will
     * be held against others': another owner; and of those best one who can judge them, of another
     * network and enrolment cohort, because neighbours and those who came together may be one
     * person, and of the same numeric class, because such results compare tightly.
     */
    private @Nullable ParkSession choose(
            OpenJob job, ModelSpec model, @Nullable OpenShard shard, List<ParkSession> ready) {
        Job whole = jobs.open(job.job()).orElseThrow();
        Event.JobAdmitted terms = whole.admitted();
        boolean trustedOnly =
                job.trustedOnly()
                        || terms.audit().isPresent() && shard != null && shard.forTrusted();
        List<ParkSession> among = trustedOnly ? fleet.readyTrusted(model.manifest()) : ready;
        if (among.isEmpty()
                || among.size() > NODES_LOOKED_AT
                        && fleet.readyOwners(model.manifest())
                                .noneMatch(owner -> admits(job, shard, owner, trustedOnly))) {
            return null;
        }
        int index = shard == null ? job.nextShard() : shard.index();
        int attempt = shard == null ? 0 : shard.attempts();
        int start = (int) Long.remainderUnsigned(draw(job, index, attempt), among.size());
        Peer peer = peer(whole, shard);
        Predicate<ParkSession> checkable = checkable(terms, model, shard, peer, job.declined());
        Predicate<ParkSession> late = shard == null ? late(job, model) : _ -> false;
        ParkSession best = null;
        int least = Integer.MAX_VALUE;
        for (int i = 0; least > 0 && i < Math.min(NODES_LOOKED_AT, among.size()); i++) {
            ParkSession session = among.get((start + i) % among.size());
            int flaws = flaws(session, peer, shard, model, least);
            if (flaws < least
                    && admits(job, shard, session.owner(), trustedOnly)
                    && checkable.test(session)
                    && !late.test(session)) {
                best = session;
                least = flaws;
            }
        }
        return best;
    }

    /** Whose result the new one will be held against. */
    private record Peer(
            Optional<Registry.Cohort> cohort, String network, NumericClass numericClass) {}

    private Peer peer(OwnerId owner, String network, NumericClass numericClass) {
        return new Peer(registry.cohort(owner), network, fleet.settled(numericClass));
    }

    /** Empty for the first replica of a shard that no claim is made about. */
    private @Nullable Peer peer(Job job, @Nullable OpenShard shard) {
        AuditOf audit = job.admitted().audit().orElse(null);
        if (audit != null) {
            return peer(audit.claim().owner(), audit.network(), audit.claim().numericClass());
        }
        if (shard == null) {
            return null;
        }
        List<Ballot> ballots = job.ballots(shard.index());
        if (ballots.isEmpty()) {
            return shard.running().isEmpty()
                    ? null
                    : fleet.session(shard.running().getFirst().session())
                            .map(other ->
                                    peer(other.owner(), other.network(), other.numericClass()))
                            .orElse(null);
        }
        Ballot first = ballots.getFirst();
        String network = fleet.session(first.node()).map(ParkSession::network).orElse("");
        return peer(first.owner(), network, first.numericClass());
    }

    /**
     * Who may begin a shard whose results will be checked, an audit or a ringer; anybody, where
     * there is nothing to check.
     */
    private Predicate<ParkSession> checkable(
            Event.JobAdmitted terms,
            ModelSpec model,
            @Nullable OpenShard shard,
            @Nullable Peer peer,
            Set<OwnerId> declined) {
        boolean audited = terms.assurance().audited() && terms.audit().isEmpty();
        AuditOf ringer = terms.audit().filter(AuditOf::ringer).orElse(null);
        if (ringer != null && (shard == null || !shard.forTrusted())) {
            return session -> judges.tries(model, ringer, session);
        }
        if (terms.audit().isPresent() && shard == null) {
            return session -> judges.begins(terms, model, session);
        }
        return peer == null && (audited || terms.quorum() > 1)
                ? judges.checkable(model, audited, declined)
                : _ -> true;
    }

    /**
     * What speaks against the node, the worst weighing more than all the rest together.
     *
     * @param most so much is too much: what weighs less is not looked at any more
     */
    private int flaws(
            ParkSession session,
            @Nullable Peer peer,
            @Nullable OpenShard shard,
            ModelSpec model,
            int most) {
        int flawed = trust.oftenOutvoted(session.owner()) ? 32 : 0;
        if (peer == null) {
            return flawed;
        }
        boolean asked = shard == null || !shard.forTrusted() || trust.trusted(session.owner());
        int flaws =
                flawed
                        + (asked ? 0 : 16)
                        + (model.comparator().judges(peer.numericClass(), session.numericClass())
                                ? 0
                                : 8)
                        + (session.network().equals(peer.network()) ? 4 : 0);
        return flaws >= most
                ? flaws
                : flaws
                        + (ofCohort(session, peer) ? 2 : 0)
                        + (session.numericClass().equals(peer.numericClass()) ? 0 : 1);
    }

    private boolean ofCohort(ParkSession session, Peer peer) {
        return peer.cohort().isPresent() && registry.isOf(session.owner(), peer.cohort().get());
    }

    /**
     * Whether new work would wait at this node for longer than all that is free will take the
     * fleet: whoever is done sooner shall have it. A node with nothing to do is never too late, nor
     * one that is done {@link #SOON}.
     */
    private Predicate<ParkSession> late(OpenJob job, ModelSpec model) {
        int from = job.firstFree().map(Map.Entry::getKey).orElse(0);
        int to = Math.min(job.units().items(), from + model.batchItems());
        long units = job.units().between(from, to);
        double left =
                (double) jobs.queue(model.manifest()).freeUnits()
                        / Math.max(1, fleet.milliSpeed(model.manifest()));
        return session -> {
            if (session.held().isEmpty()) {
                return false;
            }
            double seconds =
                    (double) (session.heldUnits() + units)
                            / Math.max(1, session.milliSpeed(model.manifest()));
            return seconds > Math.max(SOON, left * session.slots());
        };
    }

    private boolean admits(
            OpenJob job, @Nullable OpenShard shard, OwnerId owner, boolean trustedOnly) {
        return !job.declined().contains(owner)
                && (shard == null || shard.admits(owner))
                && (!trustedOnly || trust.trusted(owner));
    }

    /** A 64-bit mix (SplitMix64's finaliser) of seed, job, shard's neighbourhood and attempt. */
    private long draw(OpenJob job, int shard, int attempt) {
        long z =
                policy.seed()
                        + job.job().number() * 0x9E3779B97F4A7C15L
                        + ((long) (shard / SHARDS_PER_DRAW) << 32)
                        + attempt;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
