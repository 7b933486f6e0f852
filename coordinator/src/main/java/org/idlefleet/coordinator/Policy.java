package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Voter;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.Digest;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The numbers the core decides by; fixed for a process's life.
 *
 * @param pay how work is paid as long as no event has said otherwise
 * @param limits what is refused or cut off
 * @param pace how long things shall take
 * @param checks how results are checked beside what clients buy
 * @param seed key of the placement draw: whoever does not know it can't foresee who gets what
 * @param auditSecret key of the audit draw, known to nobody else
 */
public record Policy(
        PayPolicy pay, Limits limits, Pace pace, Checks checks, long seed, Digest auditSecret) {
    /** As above, with a secret that follows from the seed: for tests and simulations. */
    public Policy(PayPolicy pay, Limits limits, Pace pace, Checks checks, long seed) {
        this(
                pay,
                limits,
                pace,
                checks,
                seed,
                Digest.of(ByteBuffer.allocate(Long.BYTES).putLong(seed).array()));
    }

    /** Owner 70 %, platform 20 %, verification reserve 10 %. */
    public static Policy standard(long seed) {
        return new Policy(
                PayPolicy.plain(RevenueShare.of(1, 700_000, 200_000, 100_000)),
                Limits.STANDARD,
                Pace.STANDARD,
                Checks.STANDARD,
                seed);
    }

    /**
     * @param itemsPerJob most items of a job
     * @param openJobs most jobs open at a time
     * @param openJobsPerClient most jobs open at a time for one client
     * @param quorum largest quorum
     * @param attempts most replicas of one shard, hedges included
     * @param shardItems most items of a shard
     * @param shardOutputBytes most bytes of a shard's result; keeps it inside one frame
     * @param shardUnits most work units of a shard; an input has 32 bytes a unit at most, so this
     *     keeps a shard's inputs inside one frame
     * @param finishedJobs ended jobs that stay readable in memory, of those with results that can
     *     be withdrawn and of all others
     * @param faults bad answers in a row after which a node must pause
     */
    public record Limits(
            int itemsPerJob,
            int openJobs,
            int openJobsPerClient,
            int quorum,
            int attempts,
            int shardItems,
            int shardOutputBytes,
            int shardUnits,
            int finishedJobs,
            int faults) {
        public static final Limits STANDARD =
                new Limits(1_000_000, 200_000, 20_000, 7, 12, 8_192, 3 << 20, 100_000, 1_000, 3);

        /** So many replicas of one shard there may be, because so many ballots can be judged. */
        int replicas() {
            return Math.min(Voter.BALLOTS_MAX, attempts);
        }
    }

    /**
     * @param interactiveShard time a shard of an interactive job shall take on its node
     * @param batchShard time a shard of a batch job shall take on its node
     * @param shortestShard carving goes no finer than this
     * @param heartbeat how often nodes say that they are there
     * @param lease silence after which a node's leases end; one that offers nothing and holds
     *     nothing is given up after {@value #REST} times as much
     * @param hedge an interactive shard that takes longer than twice its expected time, and this at
     *     least, gets a second node
     * @param overrun a lease ends when its shard takes this much longer than expected
     * @param pause how long a node stays away after too many bad answers
     * @param retryAfter what a refused client is told
     * @param audit how long an audit may take; then its result stays unchecked
     * @param finality how long after its answer an interactive job's results may be retracted
     * @param availability for how long at a time owners are paid for being available; divides a day
     */
    public record Pace(
            Duration interactiveShard,
            Duration batchShard,
            Duration shortestShard,
            Duration heartbeat,
            Duration lease,
            Duration hedge,
            Duration overrun,
            Duration pause,
            Duration retryAfter,
            Duration audit,
            Duration finality,
            Duration availability) {
        public static final Pace STANDARD =
                new Pace(
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(60),
                        Duration.ofHours(1));

        /** How many times as rarely a node is heard that offers nothing and holds nothing. */
        public static final int REST = 6;

        /** Well within the time after which the wire takes a silent peer for gone. */
        private static final Duration REST_MAX = Duration.ofSeconds(30);

        /** How often such a node says that it is there. */
        public Duration rest() {
            Duration rest = heartbeat.multipliedBy(REST);
            Duration most = heartbeat.compareTo(REST_MAX) > 0 ? heartbeat : REST_MAX;
            return rest.compareTo(most) < 0 ? rest : most;
        }

        /** The same, with availability paid so often. */
        public Pace paidFor(Duration period) {
            return new Pace(
                    interactiveShard,
                    batchShard,
                    shortestShard,
                    heartbeat,
                    lease,
                    hedge,
                    overrun,
                    pause,
                    retryAfter,
                    audit,
                    finality,
                    period);
        }
    }

    /**
     * @param ringersPpm of a million results that a trusted owner found right, so many are given
     *     out once more as work whose answer is known; 0 for none
     */
    public record Checks(int ringersPpm) {
        /** With the standard terms that is a ringer for 200 results. */
        public static final Checks STANDARD = new Checks(350_000);

        public Checks {
            if (ringersPpm < 0 || ringersPpm > AuditDraw.ALL) {
                throw new IllegalArgumentException(
                        "expected checks.ringersPpm of 0 to "
                                + AuditDraw.ALL
                                + " in a million, found "
                                + ringersPpm);
            }
        }
    }
}
