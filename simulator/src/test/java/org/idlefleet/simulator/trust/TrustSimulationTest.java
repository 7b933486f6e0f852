package org.idlefleet.simulator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;

/** The policy against the library of adversaries, by seeds. */
class TrustSimulationTest {
    @ParameterizedTest
    @MethodSource("library")
    void saysTheSameTwiceAndConvictsNobodyHonest(Adversary adversary) {
        TrustPlan plan = plan(adversary.name(), 60, 30, 3_000, 7, false);
        Outcome once = TrustSimulation.run(plan);
        assertThat(TrustSimulation.run(plan)).isEqualTo(once);
        assertThat(once.settled()).isGreaterThan(60_000);
        assertThat(once.audits()).isPositive();
        assertThat(once.executions()).isGreaterThan(once.settled() + once.audits() - 1);
        assertThat(once.honestConvicted()).isZero();
    }

    static List<Adversary> library() {
        return Adversaries.library();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cover-up", "smash", "drag-1.2", "false-accuser"})
    void replaysProductionsOwnDrawAndVoteToo(String adversary) {
        TrustPlan plan = plan(adversary, 40, 20, 2_000, 8, true);
        Outcome exact = TrustSimulation.run(plan);
        assertThat(TrustSimulation.run(plan)).isEqualTo(exact);
        assertThat(exact.audits()).isPositive();
        assertThat(exact.honestConvicted()).isZero();
    }

    /**
     * 200 results are of the warm-up, a twentieth of the others is audited, and one in a hundred is
     * reviewed unless a trusted owner audited it. Of those 14 in a thousand 35 % are ringers, too.
     */
    @Test
    void diceAndProductionsOwnDrawCostTheSame() {
        for (boolean exact : new boolean[] {false, true}) {
            Outcome outcome = TrustSimulation.run(plan("slow-drip", 10, 0, 100_000, 14, exact));
            double expected = 1.0639 + 0.95 * 200 / outcome.resultsPerHonest();
            assertThat(outcome.meanExecutions()).isCloseTo(expected, within(0.001));
            assertThat(outcome.trustedShare()).isCloseTo(0.014, within(0.0006));
        }
    }

    /** Exact runs play every audit; the others only those that may not end in agreement. */
    @ParameterizedTest
    @ValueSource(strings = {"drag-0.6", "drag-0.9"})
    void auditsThatAreOnlyCountedAreAsManyAndAsDoubtfulAsThoseThatArePlayed(String adversary) {
        Outcome played = TrustSimulation.run(plan(adversary, 60, 30, 20_000, 15, true));
        Outcome counted = TrustSimulation.run(plan(adversary, 60, 30, 20_000, 15, false));
        double disputes = played.disputes() / (double) played.audits();
        double error = 4 * Math.sqrt(2 * disputes / played.audits());
        for (Outcome one : List.of(played, counted)) {
            double drawn = 0.05 * one.settled();
            double warmUps = 0.95 * Standing.WARM_UP * 60; // Some drive off before theirs is over.
            assertThat((double) one.audits())
                    .isBetween(0.97 * drawn + 0.6 * warmUps, 1.03 * drawn + 1.02 * warmUps);
        }
        assertThat(counted.disputes() / (double) counted.audits())
                .isCloseTo(disputes, within(error));
        assertThat(played.disputes()).isGreaterThan(100);
        assertThat(counted.auditMedian()).isCloseTo(played.auditMedian(), within(0.2));
    }

    @Test
    void anotherSeedIsAnotherRun() {
        assertThat(TrustSimulation.run(plan("slow-drip", 60, 30, 3_000, 1, false)).settled())
                .isNotEqualTo(
                        TrustSimulation.run(plan("slow-drip", 60, 30, 3_000, 2, false)).settled());
    }

    /** (1 - q) / q = 19 wrong results, give or take four standard errors of 19.5 / sqrt(200). */
    @Test
    void aHostileOwnerGetsAsMuchThroughAsTheLawSaysAndNoMore() {
        Outcome drip = TrustSimulation.run(plan("slow-drip", 400, 50, 150_000, 3, false));
        assertThat(drip.hostileConvicted()).isGreaterThan(195);
        assertThat(drip.wrongPerHostile()).isBetween(13.5, 24.5);
        assertThat(drip.honestConvicted()).isZero();
    }

    @Test
    void friendsWhoAuditEachOtherGetMoreThrough() {
        assertThat(verified("slow-drip").wrongPerHostile()).isZero();
        assertThat(verified("cover-up").wrongPerHostile()).isPositive();
    }

    private static Outcome verified(String adversary) {
        return TrustSimulation.run(
                TrustPlan.of(
                        Adversaries.named(adversary).orElseThrow(),
                        Assurance.VERIFIED,
                        50,
                        50,
                        20_000,
                        4,
                        false));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 30})
    void aCoalitionThatStrikesIsConvictedToTheLastAndNothingOfItStands(int percent) {
        Outcome smash = TrustSimulation.run(plan("smash", 100, percent, 200_000, 5, false));
        assertThat(smash.hostileConvicted()).isEqualTo(smash.hostile()).isEqualTo(percent);
        assertThat(smash.wrongWithdrawn()).isGreaterThan(smash.hostile());
        assertThat(smash.wrongPerHostile()).isLessThan(0.2);
        assertThat(smash.honestConvicted()).isZero();
        assertThat(smash.alarms()).isPositive();
    }

    @Test
    void anAccusedOwnerIsNotConvictedByVotesAlone() {
        Outcome accused = TrustSimulation.run(plan("false-accuser", 200, 30, 20_000, 6, false));
        assertThat(accused.disputes()).isGreaterThan(50);
        assertThat(accused.honestConvicted()).isZero();
        assertThat(accused.hostileConvicted()).isGreaterThan(50);
    }

    @Test
    void resultsAtTheEdgeOfTheToleranceAreCountedAndNotPunished() {
        Outcome near = TrustSimulation.run(plan("drag-0.6", 100, 30, 5_000, 9, false));
        Outcome far = TrustSimulation.run(plan("drag-1.2", 100, 30, 5_000, 9, false));
        assertThat(near.offTolerance()).isZero();
        assertThat(far.offTolerance()).isPositive();
        assertThat(far.inconclusive()).isGreaterThan(100 * near.inconclusive());
    }

    @Test
    void anAuditorThatNeverAnswersIsReplaced() {
        Outcome patient = TrustSimulation.run(plan("slow-loris", 100, 30, 5_000, 10, false));
        Outcome swift = TrustSimulation.run(plan("slow-drip", 100, 0, 5_000, 10, false));
        double patience = Pace.STANDARD.patience().toSeconds();
        assertThat(patient.auditP99()).isGreaterThan(swift.auditP99() + patience);
        assertThat(patient.auditMedian()).isLessThan(patience);
    }

    @Test
    void whoeverComesBackUnderANewNameIsANewcomer() {
        Outcome back = TrustSimulation.run(plan("whitewasher", 200, 30, 100_000, 11, false));
        assertThat(back.hostile()).isBetween(30, 60);
        assertThat(back.hostileConvicted()).isGreaterThan(40);
        assertThat(back.wrongPerHostile()).isLessThan(1);
    }

    @Test
    void moreAuditsLetLessThrough() {
        double bulk = wrong(Assurance.BULK);
        double strict = wrong(Assurance.STRICT);
        assertThat(bulk).isGreaterThan(2 * strict);
        assertThat(wrong(Assurance.VERIFIED)).isZero();
    }

    private static double wrong(Assurance assurance) {
        Adversary drip = Adversaries.named("slow-drip").orElseThrow();
        return TrustSimulation.run(TrustPlan.of(drip, assurance, 200, 50, 100_000, 12, false))
                .wrongPerHostile();
    }

    @Test
    void oneCarADayIsSlow() {
        Adversary nobody = Adversaries.named("slow-drip").orElseThrow();
        Outcome year =
                TrustSimulation.run(
                        new TrustPlan(
                                nobody,
                                Assurance.STANDARD,
                                20,
                                0,
                                Duration.ofDays(365),
                                Pace.ONE_CAR,
                                13,
                                false));
        assertThat(year.resultsPerHonest()).isBetween(200_000.0, 330_000.0);
        assertThat(year.audits()).isGreaterThan(20 * Standing.WARM_UP);
    }

    @Test
    void whatIsNotAuditedIsNotSimulated() {
        assertThatThrownBy(() ->
                        TrustPlan.of(
                                Adversaries.named("smash").orElseThrow(),
                                Assurance.QUORUM,
                                100,
                                10,
                                1_000,
                                1,
                                false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("QUORUM draws no audits");
    }

    private static TrustPlan plan(
            String adversary, int owners, int percent, long results, long seed, boolean exact) {
        return TrustPlan.of(
                Adversaries.named(adversary).orElseThrow(),
                Assurance.STANDARD,
                owners,
                percent,
                results,
                seed,
                exact);
    }
}
