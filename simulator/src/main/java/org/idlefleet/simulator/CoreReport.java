package org.idlefleet.simulator;

/**
 * What the whole core did with some jobs.
 *
 * @param shards clients' shards that were settled
 * @param audits audits that were settled
 * @param checks audits and ringers that were settled
 * @param auditMedian seconds from the opening of an audit to its end, half of all
 * @param auditP99 the same, 99 of 100
 * @param auditsUnchecked audits that ended without a verdict
 * @param draws settlements in the whole log whose draw was computed again
 * @param drawsDiffering those of them that were drawn otherwise
 * @param ringers ringers that were opened
 * @param ringersDrawn those that the log's draws, computed again, ask for
 * @param ringersFailed those that somebody answered wrong
 * @param hostile hostile owners
 * @param hostileConvicted those of them that were convicted
 * @param honestConvicted honest owners that were convicted
 * @param wrongSettled wrong results that were settled
 * @param wrongStanding those of them that were not retracted
 * @param unfinal results of convicted owners that nobody had checked and that were not final
 * @param retraction seconds from a conviction until the last of them was retracted or put to an
 *     audit; infinite if one never was
 */
public record CoreReport(
        long shards,
        long audits,
        long checks,
        double auditMedian,
        double auditP99,
        long auditsUnchecked,
        long draws,
        long drawsDiffering,
        long ringers,
        long ringersDrawn,
        long ringersFailed,
        long hostile,
        int hostileConvicted,
        int honestConvicted,
        int wrongSettled,
        int wrongStanding,
        long unfinal,
        double retraction) {}
