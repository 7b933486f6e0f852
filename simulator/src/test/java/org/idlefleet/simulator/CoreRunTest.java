package org.idlefleet.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.verification.Assurance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** The whole core against owners who cover up for each other. */
class CoreRunTest {
    @Test
    void convictsThoseWhoCoverUpAndWithdrawsWhatIsNotFinal() {
        CoreReport report = covered(1);
        assertThat(report.shards()).isEqualTo(8_000);
        assertThat(report.hostile()).isEqualTo(4);
        assertThat(report.hostileConvicted()).isEqualTo(4);
        assertThat(report.honestConvicted()).isZero();
        assertThat(report.wrongStanding()).isLessThan(report.wrongSettled());
        assertThat(report.unfinal()).isPositive();
        assertThat(report.retraction()).isLessThanOrEqualTo(5);
        assertThat(report.auditP99()).isBetween(0.5, 60.0);
        assertThat(report.draws()).isGreaterThan(report.shards());
        assertThat(report.drawsDiffering()).isZero();
        assertThat(report.ringers()).isPositive().isEqualTo(report.ringersDrawn());
    }

    @Test
    void replaysTheSameRunFromTheSameSeed() {
        assertThat(covered(2)).isEqualTo(covered(2));
    }

    @Test
    void settlesEveryShardOnceWhereNobodyIsHostile() {
        var run = new CoreRun(new CoreRun.Plan(Assurance.QUORUM, 10, 1, 0, 0, Duration.ZERO, 3));
        run.run(2, 500);
        assertThat(run.report().shards()).isEqualTo(1_000);
        assertThat(run.report().audits()).isZero();
    }

    /** A ringer is work like any other to those who lie now and then. */
    @Test
    void findsLiarsByWorkWhoseAnswerIsKnown() {
        long failed = 0;
        for (long seed = 1; seed <= 6; seed++) {
            var plan =
                    new CoreRun.Plan(Assurance.BULK, 20, 2, 4, 0.05, Duration.ofSeconds(2), seed);
            var run = new CoreRun(plan);
            run.warmUp();
            run.run(20, 200);
            CoreReport report = run.report();
            assertThat(report.honestConvicted()).isZero();
            assertThat(report.ringers()).isEqualTo(report.ringersDrawn());
            failed += report.ringersFailed();
        }
        assertThat(failed).isPositive();
    }

    /**
     * Those who cover up are convicted, so the whole cohort is audited on everything; thirty
     * clients have more work waiting than the fleet can do, and its one trusted owner is asked for
     * more than it can do.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void endsEveryAuditInTimeHoweverManyClientsKeepTheFleetBusy(long seed) {
        var plan = new CoreRun.Plan(Assurance.STANDARD, 40, 1, 4, 0.3, Duration.ofSeconds(2), seed);
        var run = new CoreRun(plan);
        run.warmUp();
        assertThat(run.report().auditsUnchecked()).isZero();
        assertThat(run.report().auditP99()).isLessThanOrEqualTo(60);
        run.run(30, 150);
        assertThat(run.report().audits()).isEqualTo(run.report().shards());
        assertThat(run.report().auditsUnchecked()).isZero();
        assertThat(run.report().auditP99()).isLessThanOrEqualTo(60);
    }

    /** A message costs more than a small shard; sixteen neighbours are what one node may get. */
    @Test
    void givesManyFastNodesTheirSmallShardsTogether() {
        var run = new CoreRun(new CoreRun.Plan(Assurance.QUORUM, 500, 0, 0, 0, Duration.ZERO, 4));
        run.run(4, 5_000);
        assertThat(run.shardsAMessage()).isGreaterThan(8);
    }

    private static CoreReport covered(long seed) {
        var run =
                new CoreRun(
                        new CoreRun.Plan(
                                Assurance.STANDARD, 20, 2, 4, 0.3, Duration.ofSeconds(2), seed));
        run.warmUp();
        run.run(20, 400);
        return run.report();
    }
}
