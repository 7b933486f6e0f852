package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.verification.Standing.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    void oftenOutvotedIsWhoIsFoundWrongMoreThanRightAndNotJustOnce() {
        Standing four = times(4, fresh(), s -> s.afterOutvote(LATER));
        assertThat(four.oftenOutvoted()).isFalse();
        Standing five = four.afterOutvote(LATER);
        assertThat(five.oftenOutvoted()).isTrue();
        assertThat(five.afterClearing(LATER).oftenOutvoted()).isFalse();
        assertThat(times(4, five, s -> s.afterAgreement(LATER)).oftenOutvoted()).isTrue();
        assertThat(times(5, five, s -> s.afterAgreement(LATER)).oftenOutvoted()).isFalse();
        assertThat(times(100, good(), s -> s.afterOutvote(LATER)).oftenOutvoted()).isFalse();
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
    void whoIsClearedOfEverythingLeavesProbationAtOnce() {
        Standing twice = good().afterOutvote(LATER).afterOutvote(LATER);
        Standing once = twice.afterClearing(LATER);
        assertThat(once.state(LATER)).isEqualTo(State.PROBATION);
        Standing cleared = once.afterClearing(LATER);
        assertThat(cleared.state(LATER)).isEqualTo(State.GOOD);
        assertThat(cleared.recent().share()).isEqualTo(1);
        assertThat(cleared.counts().outvoted()).isEqualTo(2);
        assertThat(cleared.counts().cleared()).isEqualTo(2);
    }

    @Test
    void anOldOutvoteDoesNotKeepTheClearedOnProbation() {
        Instant longAfter = LATER.plus(Duration.ofDays(40));
        Standing again = good().afterOutvote(LATER).afterOutvote(longAfter);
        assertThat(again.afterClearing(longAfter).state(longAfter)).isEqualTo(State.GOOD);
    }

    @Test
    void beingClearedDoesNotShortenWhatFollowsAnAppeal() {
        Standing back = good().convict().reinstate(LATER).afterOutvote(LATER.plusSeconds(1));
        Standing cleared = back.afterClearing(LATER.plusSeconds(2));
        assertThat(cleared.state(LATER.plusSeconds(2))).isEqualTo(State.PROBATION);
        assertThat(cleared.state(LATER.plus(Standing.PROBATION))).isEqualTo(State.GOOD);
    }

    @Test
    void whoIsSparedPaysForItWithMoreAudits() {
        Standing spared = good().spare(LATER);
        Instant over = LATER.plus(Standing.PROBATION);
        assertThat(spared.state(over.minusMillis(1))).isEqualTo(State.PROBATION);
        assertThat(spared.state(over)).isEqualTo(State.GOOD);
        for (Assurance bought : List.of(Assurance.BULK, Assurance.STANDARD, Assurance.STRICT)) {
            double q = bought.auditPpm() / 1e6;
            double after = spared.auditPpm(bought, false, over.plus(Duration.ofDays(999))) / 1e6;
            assertThat(after).isEqualTo(4 * q);
            assertThat((1 - q) / q + (1 - after) / after).isLessThan(1.25 * (1 - q) / q);
        }
        assertThat(spared.auditPpm(Assurance.STANDARD, true, over)).isEqualTo(200_000);
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
