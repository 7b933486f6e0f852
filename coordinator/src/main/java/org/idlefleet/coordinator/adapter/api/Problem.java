package org.idlefleet.coordinator.adapter.api;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * What went wrong with a request, in OpenAI's words.
 *
 * @param status of the response
 * @param type OpenAI's class of error
 * @param code what a program looks at; may be null
 * @param param the key of the request that is to blame; may be null
 * @param message what was wrong and what to do
 * @param retryAfter when it may work; null if nothing is known
 * @param repeats whether the same request will fail again, so that a client should not retry
 */
record Problem(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message,
        @Nullable Duration retryAfter,
        boolean repeats) {

    /** The request itself is wrong. */
    static Problem invalid(@Nullable String param, String message) {
        return of(400, "invalid_request_error", "invalid_value", param, message);
    }

    static Problem of(
            int status,
            String type,
            @Nullable String code,
            @Nullable String param,
            String message) {
        return new Problem(status, type, code, param, message, null, true);
    }

    /** It may work later. */
    static Problem later(int status, String type, String code, String message, Duration after) {
        return new Problem(status, type, code, null, message, after, false);
    }

    static Problem notFound(String message) {
        return of(404, "invalid_request_error", "not_found", null, message);
    }

    /** As an exception without a stack: it is an answer, not a fault of ours. */
    Raised raised() {
        return new Raised(this);
    }

    /** Carries a problem to the place that answers the request. */
    static final class Raised extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        private Raised(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
