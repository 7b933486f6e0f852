package org.idlefleet.coordinator.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.protocol.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.SplittableRandom;

class TokenCheckTest {
    private static final int END = 9;
    private static final TokenCheck CHECK = new TokenCheck(10, END, 400, 0.005, 1e-6, 0.5);

    /** Limits and missed cheats as published beside the design. */
    @ParameterizedTest
    @CsvSource({
        "0.005,  128,  8, 0.69,   0.051,   4.3e-12",
        "0.005,  300, 11, 0.112,  1.07e-5, 1.1e-32",
        "0.005, 1000, 20, 2.9e-7, 1.1e-24, 9.3e-123",
        "0.013,  128, 12, 0.973,  0.364,   4.1e-9",
        "0.013,  300, 17, 0.667,  2.65e-3, 6.9e-27",
        "0.013, 1000, 34, 5.9e-3, 5.5e-16, 6.6e-106",
        "0.02,   128, 14, 0.995,  0.596,   7.0e-8",
        "0.02,   300, 22, 0.951,  4.58e-2, 7.7e-23",
        "0.02,  1000, 45, 0.215,  4.4e-11, 1.3e-94"
    })
    void countsMismatchesAsTheRateTableSays(
            double rate, int length, int limit, double five, double ten, double thirty) {
        var check = new TokenCheck(10, END, 2_000, rate, 1e-6, 0.5);
        assertThat(check.mismatchLimit(length)).isEqualTo(limit);
        assertThat(missed(limit, length, 0.05)).isCloseTo(five, within(0.02 * five));
        assertThat(missed(limit, length, 0.1)).isCloseTo(ten, within(0.02 * ten));
        assertThat(missed(limit, length, 0.3)).isCloseTo(thirty, within(0.05 * thirty));
    }

    /** Chance of fewer mismatches than the limit: an upper tail of the tokens that match. */
    private static double missed(int limit, int length, double rate) {
        return BinomialTail.atLeast(length - limit + 1, length, 1 - rate);
    }

    @Test
    void sumsTailsExactly() {
        assertThat(BinomialTail.atLeast(0, 10, 0.3)).isEqualTo(1);
        assertThat(BinomialTail.atLeast(11, 10, 0.3)).isZero();
        assertThat(BinomialTail.atLeast(10, 10, 0.5)).isCloseTo(1 / 1024.0, within(1e-15));
        assertThat(BinomialTail.atLeast(9, 10, 0.5)).isCloseTo(11 / 1024.0, within(1e-15));
        assertThat(BinomialTail.limit(10, 0.5, 1 / 1000.0)).isEqualTo(10);
        assertThat(BinomialTail.limit(10, 0.5, 1e-9)).isEqualTo(11);
    }

    @Test
    void agreesWithAnHonestAnswerThatHasATieOrTwo() {
        int[] tokens = answer(300);
        var gaps = new double[300];
        assertThat(CHECK.judge(tokens, gaps))
                .isEqualTo(new Match.Measured(0, Zone.AGREE, List.of()));
        gaps[7] = 0.5;
        gaps[70] = 0.1;
        assertThat(CHECK.judge(tokens, gaps))
                .isEqualTo(new Match.Measured(0.5, Zone.AGREE, List.of(Match.Remark.TIE)));
    }

    @Test
    void changesZoneOneUlpBeyondTheGap() {
        assertThat(zoneOfOneGap(0.5)).isEqualTo(Zone.AGREE);
        assertThat(zoneOfOneGap(Math.nextUp(0.5))).isEqualTo(Zone.INCONCLUSIVE);
        assertThat(zoneOfOneGap(1)).isEqualTo(Zone.INCONCLUSIVE);
        assertThat(zoneOfOneGap(Math.nextUp(1))).isEqualTo(Zone.REJECT);
    }

    @Test
    void rejectsManySmallGapsAndNotOneFewer() {
        int limit = CHECK.mismatchLimit(300);
        assertThat(zoneOfSmallGaps(limit - 1)).isEqualTo(Zone.AGREE);
        assertThat(zoneOfSmallGaps(limit)).isEqualTo(Zone.REJECT);
    }

    @Test
    void findsAnswersThatCannotBe() {
        assertThat(CHECK.malformed(answer(300))).isEmpty();
        assertThat(CHECK.malformed(new int[0])).isPresent();
        assertThat(CHECK.malformed(answer(401))).isPresent();
        assertThat(CHECK.malformed(new int[] {1, 2, 3}))
                .contains("stops at token 3 without the end token");
        assertThat(CHECK.malformed(new int[] {1, END, 3, END}))
                .contains("goes on after the end token at 1");
        assertThat(CHECK.malformed(new int[] {1, 10, END})).isPresent();
        assertThat(CHECK.malformed(new int[] {-1, END})).isPresent();
        assertThat(CHECK.malformed(new int[400])).isEmpty();
        assertThat(CHECK.judge(new int[] {1}, new double[] {0}))
                .isInstanceOf(Match.Malformed.class);
    }

    @Test
    void takesBrokenGapsForAFaultOfOurOwn() {
        for (double gap : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CHECK.judge(new int[] {END}, new double[] {gap}));
        }
    }

    /** A model of random logits: the honest node rounds a little, cheats do more. */
    @Test
    void clearsHonestNodesAndCatchesCheats() {
        var random = new SplittableRandom(11);
        int falseAlarms = 0;
        int otherModel = 0;
        int truncated = 0;
        int swapped = 0;
        int rounds = 300;
        for (int round = 0; round < rounds; round++) {
            double[][] logits = logits(random, 200);
            int[] honest = greedy(logits, 1e-3, random);
            falseAlarms += zone(honest, logits) == Zone.REJECT ? 1 : 0;
            otherModel += zone(greedy(logits, 1, random), logits) == Zone.REJECT ? 1 : 0;
            int[] cut = java.util.Arrays.copyOf(honest, 100);
            cut[99] = END;
            truncated += zone(cut, java.util.Arrays.copyOf(logits, 100)) == Zone.REJECT ? 1 : 0;
            int[] one = honest.clone();
            one[50] = worst(logits[50]);
            swapped += zone(one, logits) == Zone.REJECT ? 1 : 0;
        }
        assertThat(falseAlarms).isZero();
        assertThat(otherModel).isEqualTo(rounds);
        assertThat(truncated).isEqualTo(rounds);
        assertThat(swapped).isEqualTo(rounds);
    }

    @Test
    void drawsTokensAsSoftmaxDoesAndTheSameForTheSameSeed() {
        double[] logits = {0, 1, 2, -1};
        double temperature = 0.7;
        int draws = 40_000;
        var counts = new int[4];
        var noise = new GumbelNoise(Digest.of(new byte[] {5}));
        for (int place = 0; place < draws; place++) {
            double[] scores = noise.perturbed(logits, temperature, place);
            assertThat(noise.perturbed(logits, temperature, place)).isEqualTo(scores);
            counts[best(scores)]++;
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit / temperature);
        }
        for (int token = 0; token < 4; token++) {
            double expected = Math.exp(logits[token] / temperature) / sum;
            assertThat((double) counts[token] / draws).isCloseTo(expected, within(0.01));
        }
        assertThat(new GumbelNoise(Digest.of(new byte[] {6})).at(0, 0))
                .isNotEqualTo(noise.at(0, 0));
        assertThat(noise.at(0, 1)).isNotEqualTo(noise.at(1, 0));
    }

    private static Zone zoneOfOneGap(double gap) {
        var gaps = new double[300];
        gaps[3] = gap;
        return ((Match.Measured) CHECK.judge(answer(300), gaps)).zone();
    }

    private static Zone zoneOfSmallGaps(int count) {
        var gaps = new double[300];
        java.util.Arrays.fill(gaps, 0, count, 0.01);
        return ((Match.Measured) CHECK.judge(answer(300), gaps)).zone();
    }

    private static int[] answer(int length) {
        var tokens = new int[length];
        tokens[length - 1] = END;
        return tokens;
    }

    private static double[][] logits(SplittableRandom random, int length) {
        var logits = new double[length][10];
        for (int t = 0; t < length; t++) {
            for (int v = 0; v < 9; v++) {
                logits[t][v] = random.nextDouble(0, 10);
            }
            logits[t][END] = t == length - 1 ? 20 : -5;
        }
        return logits;
    }

    private static int[] greedy(double[][] logits, double rounding, SplittableRandom random) {
        var tokens = new int[logits.length];
        for (int t = 0; t < tokens.length; t++) {
            double[] moved = logits[t].clone();
            for (int v = 0; v < moved.length; v++) {
                moved[v] += rounding * random.nextDouble(-1, 1);
            }
            tokens[t] = best(moved);
        }
        return tokens;
    }

    private static Zone zone(int[] tokens, double[][] logits) {
        var gaps = new double[tokens.length];
        for (int t = 0; t < gaps.length; t++) {
            gaps[t] = TokenCheck.gap(logits[t], tokens[t]);
        }
        return ((Match.Measured) CHECK.judge(tokens, gaps)).zone();
    }

    private static int best(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private static int worst(double[] scores) {
        int worst = 0;
        for (int i = 1; i < 9; i++) {
            worst = scores[i] < scores[worst] ? i : worst;
        }
        return worst;
    }
}
