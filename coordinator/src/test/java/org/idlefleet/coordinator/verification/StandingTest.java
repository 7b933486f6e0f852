package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.verification.Standing.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** What an owner has to do to be trusted, and how it is lost. */
class StandingTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant LATER = START.plus(Duration.ofDays(3));

    @Test
    void theWarmUpEndsWithTheLastCheckThatWasPassed() {
        Standing almost = times(Standing.WARM_UP - 1, fresh(), s -> s.afterAgreement(LATER));
        assertThat(almost.state(LATER)).isEqualTo(State.WARM_UP);
        assertThat(almost.auditPpm(Assurance.STANDARD, false, LATER)).isEqualTo(AuditDraw.ALL);
        Standing warm = almost.afterAgreement(LATER);
        assertThat(warm.state(LATER)).isEqualTo(State.GOOD);
        assertThat(warm.auditPpm(Assurance.STANDARD, false, LATER)).isEqualTo(50_000);
    }

    @Test
    void resultsThatNobodyFoundRightDoNotShortenTheWarmUp() {
        Standing unchecked = times(10 * Standing.WARM_UP, fresh(), Standing::afterResult);
        assertThat(unchecked.counts().results()).isEqualTo(10 * Standing.WARM_UP);
        assertThat(unchecked.state(LATER)).isEqualTo(State.WARM_UP);
        Standing doubtful = times(10 * Standing.WARM_UP, fresh(), Standing::afterDoubt);
        assertThat(doubtful.state(LATER)).isEqualTo(State.WARM_UP);
        assertThat(doubtful.counts().checked()).isEqualTo(10 * Standing.WARM_UP);
    }

    @Test
    void aResultAtTheEdgeIsNeitherForNorAgainst() {
        Standing doubt = good().afterDoubt();
        assertThat(doubt.state(LATER)).isEqualTo(State.GOOD);
        assertThat(doubt.recent()).isEqualTo(good().recent());
        assertThat(doubt.counts().inconclusive()).isEqualTo(1);
        assertThat(doubt.counts().outvoted()).isZero();
        assertThat(doubt.counts().agreed()).isEqualTo(Standing.WARM_UP);
    }

    @Test
    void beingOutvotedMeansProbationAndNoConviction() {
        Standing outvoted = good().afterOutvote(LATER);
        assertThat(outvoted.counts().outvoted()).isEqualTo(1);
        assertThat(outvoted.recent().share()).isLessThan(1);
        assertThat(outvoted.state(LATER)).isEqualTo(State.PROBATION);
        assertThat(outvoted.convicted()).isFalse();
        Instant over = LATER.plus(Standing.PROBATION);
        assertThat(outvoted.auditPpm(Assurance.BULK, false, over.minusMillis(1)))
                .isEqualTo(AuditDraw.ALL);
        assertThat(outvoted.state(over)).isEqualTo(State.GOOD);
        assertThat(outvoted.auditPpm(Assurance.BULK, false, over)).isEqualTo(20_000);
    }

    @Test
    void aConvictionStaysWhateverHappensAfterwards() {
        Instant longAfter = LATER.plus(Duration.ofDays(400));
        Standing convicted =
                good().convict()
                        .afterAgreement(LATER)
                        .afterResult()
                        .afterDoubt()
                        .afterOutvote(LATER);
        assertThat(convicted.state(LATER)).isEqualTo(State.CONVICTED);
        assertThat(convicted.state(longAfter)).isEqualTo(State.CONVICTED);
        assertThat(convicted.auditPpm(Assurance.STANDARD, false, longAfter))
                .isEqualTo(AuditDraw.ALL);
    }

    @Test
    void anAppealThatSucceedsLeadsToProbation() {
        Standing back = good().convict().reinstate(LATER);
        assertThat(back.convicted()).isFalse();
        assertThat(back.state(LATER)).isEqualTo(State.PROBATION);
        assertThat(back.state(LATER.plus(Standing.PROBATION))).isEqualTo(State.GOOD);
    }

    @Test
    void theAlarmRaisesTheShareOfYoungOwnersOnly() {
        Standing good = good();
        Instant grown = START.plus(Standing.YOUNG);
        assertThat(good.auditPpm(Assurance.STANDARD, true, grown.minusMillis(1)))
                .isEqualTo(4 * 50_000);
        assertThat(good.auditPpm(Assurance.STANDARD, false, grown.minusMillis(1)))
                .isEqualTo(50_000);
        assertThat(good.auditPpm(Assurance.STANDARD, true, grown)).isEqualTo(50_000);
        assertThat(good.auditPpm(Assurance.VERIFIED, true, LATER)).isEqualTo(AuditDraw.ALL);
    }

    @ParameterizedTest
    @EnumSource(names = {"QUORUM", "TRUSTED_ONLY"})
    void whatIsNotAuditedIsNotAuditedForAnybody(Assurance assurance) {
        assertThat(fresh().auditPpm(assurance, true, START)).isZero();
        assertThat(good().afterOutvote(LATER).auditPpm(assurance, true, LATER)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"QUORUM", "TRUSTED_ONLY"},
            mode = Mode.EXCLUDE)
    void nobodyGoesBelowTheShareThatWasBought(Assurance assurance) {
        Standing veteran = times(100_000, fresh(), s -> s.afterAgreement(LATER).afterResult());
        Instant longAfter = LATER.plus(Duration.ofDays(4_000));
        assertThat(veteran.auditPpm(assurance, false, longAfter))
                .isEqualTo(assurance.auditPpm())
                .isGreaterThanOrEqualTo(20_000);
    }

    private static Standing fresh() {
        return Standing.fresh(START);
    }

    private static Standing good() {
        return times(Standing.WARM_UP, fresh(), s -> s.afterAgreement(START));
    }

    private static Standing times(int count, Standing from, UnaryOperator<Standing> step) {
        Standing standing = from;
        for (int i = 0; i < count; i++) {
            standing = step.apply(standing);
        }
        return standing;
    }
}
