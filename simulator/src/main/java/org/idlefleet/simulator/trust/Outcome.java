package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.verification.AuditDraw;

import java.util.List;

/**
 * What a run came to. Equal plans have equal outcomes.
 *
 * @param plan what was run
 * @param settled results of all owners
 * @param executions everything that was computed: results, audits, votes, confirmations, re-runs
 *     and ringers
 * @param ringers those of them whose answer was known; what they find is not counted, because an
 *     adversary may strike where he knows that the work is a client's
 * @param audits drawn results
 * @param disputes audits that did not agree
 * @param inconclusive disputes that ended without blame
 * @param hostile hostile owners that were ever admitted
 * @param hostileConvicted those of them that were convicted
 * @param honest honest owners
 * @param resultsPerHonest results of an honest owner, on average
 * @param honestConvicted those of them that were convicted
 * @param byTrusted executions that only trusted owners could do: their audits, reviews, decisions
 * @param wrongFinal wrong results that were accepted for good
 * @param wrongWithdrawn wrong results that were withdrawn before they were final
 * @param wrongDeviation standard deviation of the wrong final results per hostile owner
 * @param offTolerance accepted results between one and two tolerances off
 * @param withdrawn results of convicted owners that were run again
 * @param auditMedian seconds from a draw to the auditor's answer, half of all
 * @param auditP99 the same, 99 of 100
 * @param withdrawal seconds from a conviction until all that was not final was withdrawn, the
 *     longest
 * @param alarms how often the alarm went on
 */
public record Outcome(
        TrustPlan plan,
        long settled,
        long executions,
        long ringers,
        long audits,
        long disputes,
        long inconclusive,
        int hostile,
        int hostileConvicted,
        int honest,
        double resultsPerHonest,
        int honestConvicted,
        long byTrusted,
        long wrongFinal,
        long wrongWithdrawn,
        double wrongDeviation,
        long offTolerance,
        long withdrawn,
        double auditMedian,
        double auditP99,
        double withdrawal,
        int alarms) {
    /** 95 % of a normal distribution are below so many standard deviations. */
    private static final double ONE_SIDED = 1.645;

    static Outcome of(TrustPlan plan, List<Owner> owners, Tally tally) {
        List<Owner> hostile = owners.stream().filter(owner -> owner.hostile).toList();
        long wrong = hostile.stream().mapToLong(owner -> owner.wrongFinal).sum();
        double mean = wrong / Math.max(1.0, tally.hostileHere);
        double squares = 0;
        for (Owner owner : hostile.subList(0, tally.hostileHere)) {
            squares += (owner.wrongFinal - mean) * (owner.wrongFinal - mean);
        }
        return new Outcome(
                plan,
                tally.settled,
                tally.executions + ringers(tally),
                ringers(tally),
                tally.audits,
                tally.disputes,
                tally.inconclusive,
                tally.hostileHere,
                tally.hostileConvicted,
                owners.size() - hostile.size(),
                owners.stream()
                        .filter(owner -> !owner.hostile)
                        .mapToLong(owner -> owner.results)
                        .average()
                        .orElse(0),
                tally.honestConvicted,
                tally.byTrusted,
                wrong,
                hostile.stream().mapToLong(owner -> owner.wrongWithdrawn).sum(),
                Math.sqrt(squares / Math.max(1, tally.hostileHere - 1)),
                tally.offTolerance,
                tally.withdrawn,
                tally.auditLatency.quantile(0.5),
                tally.auditLatency.quantile(0.99),
                tally.withdrawalMillis / 1_000.0,
                tally.alarms);
    }

    /** As many as are drawn on average from what trusted owners found right. */
    private static long ringers(Tally tally) {
        double share = Policy.Checks.STANDARD.ringersPpm() / (double) AuditDraw.ALL;
        return Math.round(tally.foundRight * share);
    }

    /** Wrong results per hostile owner that were accepted for good. */
    public double wrongPerHostile() {
        return wrongFinal / Math.max(1.0, hostile);
    }

    /** The share of wrong ones among all settled results. */
    public double rate() {
        return wrongFinal / (double) settled;
    }

    /**
     * The 95 % upper bound of {@link #rate}: the exact one for counted events, or, where it is
     * larger, the one over owners. Wrong results come in runs that end with a conviction, so they
     * scatter more than independent events do.
     */
    public double rateUpper() {
        double mean =
                wrongPerHostile() + ONE_SIDED * wrongDeviation / Math.sqrt(Math.max(1, hostile));
        return Math.max(PoissonBound.upper(wrongFinal), mean * hostile) / settled;
    }

    /** The 95 % upper bound of {@link #wrongPerHostile}, over owners. */
    public double wrongPerHostileUpper() {
        return rateUpper() * settled / Math.max(1.0, hostile);
    }

    /** Executions of a result that trusted owners had to do. */
    public double trustedShare() {
        return byTrusted / (double) settled;
    }

    /** Executions of a result, all checks among them. */
    public double meanExecutions() {
        return executions / (double) settled;
    }
}
