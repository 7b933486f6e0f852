package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.verification.Assurance;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The terms of one request: what its body says, else its headers, else the door's defaults.
 *
 * @param quorum owners who must agree; the core checks its range
 * @param deadline time the answer may take
 * @param assurance how results are checked; empty if the request does not say
 */
record Terms(int quorum, Duration deadline, Optional<Assurance> assurance) {
    static final String QUORUM = "idlefleet-quorum";
    static final String ASSURANCE = "idlefleet-assurance";
    static final String AUDITED = "idlefleet-audited";
    static final String DEADLINE = "idlefleet-deadline-seconds";

    private static final Duration SHORTEST = Duration.ofMillis(1);

    static Terms of(Call call, Wanted wanted, ApiConfig.Terms config, boolean batch) {
        Duration usual = batch ? config.batchDeadline() : config.deadline();
        Duration most = batch ? config.batchDeadlineMax() : config.deadlineMax();
        Duration deadline = wanted.deadline();
        if (deadline == null) {
            String header = call.requestHeader(DEADLINE);
            deadline = header == null ? usual : seconds(header);
        }
        if (deadline.compareTo(SHORTEST) < 0 || deadline.compareTo(most) > 0) {
            throw Problem.invalid(
                            "idlefleet.deadline_seconds",
                            "a deadline here is 0.001 to "
                                    + most.toSeconds()
                                    + " seconds, found "
                                    + decimal(deadline))
                    .raised();
        }
        Optional<Assurance> assurance = assurance(call, wanted);
        boolean says = wanted.quorum() > 0 || call.requestHeader(QUORUM) != null;
        int usualQuorum =
                assurance.orElse(Assurance.QUORUM) == Assurance.QUORUM ? config.quorum() : 1;
        int quorum = wanted.quorum() > 0 ? wanted.quorum() : quorum(call, usualQuorum);
        // Who names a quorum wants one; who names nothing gets what the operator has set.
        return new Terms(
                quorum,
                deadline,
                assurance.or(() -> says ? Optional.of(Assurance.QUORUM) : Optional.empty()));
    }

    private static Optional<Assurance> assurance(Call call, Wanted wanted) {
        String word =
                wanted.assurance() != null ? wanted.assurance() : call.requestHeader(ASSURANCE);
        return word == null
                ? Optional.empty()
                : Optional.of(assurance("idlefleet.assurance", word));
    }

    /** Reads an {@link Assurance#word}. */
    static Assurance assurance(String param, String word) {
        return Arrays.stream(Assurance.values())
                .filter(known -> known.word().equals(word))
                .findFirst()
                .orElseThrow(() ->
                        Problem.invalid(
                                        param,
                                        "an assurance is "
                                                + Arrays.stream(Assurance.values())
                                                        .map(Assurance::word)
                                                        .collect(Collectors.joining(", "))
                                                + "; found '"
                                                + word
                                                + "'")
                                .raised());
    }

    /** Reads seconds with up to three decimal places. */
    static Duration seconds(String text) {
        try {
            var seconds = new BigDecimal(text);
            if (seconds.precision() - seconds.scale() > 9 || seconds.scale() > 30) {
                throw badDeadline(text).raised();
            }
            return Duration.ofMillis(seconds.movePointRight(3).longValue());
        } catch (NumberFormatException e) {
            throw badDeadline(text).raised();
        }
    }

    static Problem badDeadline(@Nullable String found) {
        return Problem.invalid(
                "idlefleet.deadline_seconds",
                "a deadline is a number of seconds such as 2.5, found '" + found + "'");
    }

    private static int quorum(Call call, int usual) {
        String header = call.requestHeader(QUORUM);
        if (header == null) {
            return usual;
        }
        try {
            return Integer.parseInt(header);
        } catch (NumberFormatException e) {
            throw Problem.invalid(
                            "idlefleet.quorum",
                            "the header "
                                    + QUORUM
                                    + " is a whole number such as 2, found '"
                                    + header
                                    + "'")
                    .raised();
        }
    }

    private static String decimal(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).toPlainString();
    }
}
