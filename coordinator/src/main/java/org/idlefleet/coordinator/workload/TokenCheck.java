package org.idlefleet.coordinator.workload;

import org.idlefleet.coordinator.workload.Match.Remark;

import java.util.List;
import java.util.Optional;

/**
 * Judges a generated token sequence by one teacher-forced run over prompt and claimed tokens. A
 * token's gap is how far its score lies below the best one; an honest token has gap 0, but for ties
 * that rounding decides. The distance is the largest gap. A gap beyond twice the limit is rejected,
 * and so are more tokens with a gap than an honest node can have by chance.
 *
 * @param vocabulary number of tokens that there are
 * @param endToken what ends an answer; it must stand the check like any other
 * @param tokensMax longest answer; only one of this length may lack the end token
 * @param mismatchRate share of an honest node's tokens that have a gap
 * @param falseAlarm how likely an honest answer may be rejected for their number
 * @param gapMax largest gap of an honest token
 */
public record TokenCheck(
        int vocabulary,
        int endToken,
        int tokensMax,
        double mismatchRate,
        double falseAlarm,
        double gapMax) {
    /** Name and version of the function. */
    public static final String ID = "tokens/1";

    public TokenCheck {
        if (!(mismatchRate > 0 && mismatchRate < 1 && falseAlarm > 0 && gapMax > 0)) {
            throw new IllegalArgumentException(
                    "mismatch rate, false alarms and gap are positive, found "
                            + List.of(mismatchRate, falseAlarm, gapMax));
        }
        if (endToken < 0 || endToken >= vocabulary || tokensMax < 1) {
            throw new IllegalArgumentException(
                    "the end token is in the vocabulary and answers have tokens, found "
                            + List.of(vocabulary, endToken, tokensMax));
        }
    }

    /** How many tokens of {@code length} an honest answer can have a gap: fewer than this. */
    public int mismatchLimit(int length) {
        return BinomialTail.limit(length, mismatchRate, falseAlarm);
    }

    /** The gap of a token among the scores of all; 0 for the best. */
    public static double gap(double[] scores, int token) {
        double best = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            best = Math.max(best, score);
        }
        return best - scores[token];
    }

    /** What is wrong with claimed tokens before anything is computed. */
    public Optional<String> malformed(int[] tokens) {
        if (tokens.length == 0 || tokens.length > tokensMax) {
            return Optional.of("expected 1 to " + tokensMax + " tokens, found " + tokens.length);
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                return Optional.of("token " + i + " is not in the vocabulary: " + tokens[i]);
            }
            if (tokens[i] == endToken && i < tokens.length - 1) {
                return Optional.of("goes on after the end token at " + i);
            }
        }
        return tokens.length < tokensMax && tokens[tokens.length - 1] != endToken
                ? Optional.of("stops at token " + tokens.length + " without the end token")
                : Optional.empty();
    }

    /**
     * Judges claimed tokens.
     *
     * @param gaps the gap of each, from a run of our own; a broken number in it is our fault and an
     *     {@link IllegalArgumentException}
     */
    public Match judge(int[] tokens, double[] gaps) {
        Optional<String> broken = malformed(tokens);
        if (broken.isPresent()) {
            return new Match.Malformed(true, broken.get());
        }
        if (gaps.length != tokens.length) {
            throw new IllegalArgumentException(
                    "each token has a gap: " + tokens.length + " tokens, " + gaps.length + " gaps");
        }
        double largest = 0;
        int mismatches = 0;
        for (double gap : gaps) {
            if (!(gap >= 0 && gap < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a gap is 0 or more, found " + gap);
            }
            largest = Math.max(largest, gap);
            mismatches += gap > 0 ? 1 : 0;
        }
        boolean tooMany = mismatches >= mismatchLimit(tokens.length);
        Zone zone = tooMany ? Zone.REJECT : Zone.of(largest, gapMax);
        return new Match.Measured(
                largest, zone, mismatches > 0 && !tooMany ? List.of(Remark.TIE) : List.of());
    }
}
