package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.coordinator.Send;

import java.time.Duration;

/** How the core's refusals and the ends of jobs look in HTTP. */
final class Refusals {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String INVALID = "invalid_request_error";
    private static final String UNAVAILABLE = "service_unavailable_error";

    private Refusals() {}

    static Problem of(Refusal refusal) {
        String text = refusal.text();
        return switch (refusal) {
            case Refusal.UnknownModel _ ->
                    Problem.of(404, INVALID, "model_not_found", "model", text);
            case Refusal.BadSize _ -> Problem.invalid("input", text);
            case Refusal.BadQuorum _ -> Problem.invalid("idlefleet.quorum", text);
            case Refusal.NoFunds _ ->
                    Problem.of(429, "insufficient_quota", "insufficient_quota", null, text);
            case Refusal.NoNodes no ->
                    Problem.later(503, UNAVAILABLE, "no_idle_devices", text, no.retryAfter());
            case Refusal.Full full -> full(full);
            case Refusal.UnknownJob _, Refusal.UnknownNode _ -> Problem.notFound(text);
            case Refusal.NameTaken _ ->
                    Problem.of(422, INVALID, "idempotency_key_reused", null, text);
            case Refusal.Conflict _ -> Problem.of(409, INVALID, "conflict", null, text);
            case Refusal.BadToken _ -> Problem.of(403, INVALID, "bad_token", null, text);
        };
    }

    /** A client's own limit is its own pace (429); the coordinator's is nobody's fault (503). */
    private static Problem full(Refusal.Full full) {
        return full.limit().endsWith("PerClient")
                ? Problem.later(
                        429,
                        "rate_limit_error",
                        "rate_limit_exceeded",
                        full.text(),
                        full.retryAfter())
                : overloaded(full.text(), full.retryAfter());
    }

    static Problem busy(Desk.Busy busy) {
        return overloaded(
                "the coordinator is at its limit ("
                        + busy.getMessage()
                        + "); try again in a moment",
                SOON);
    }

    /** What is still open when the coordinator ends. */
    static Problem closed() {
        return Problem.later(
                503,
                UNAVAILABLE,
                "restarted",
                "the coordinator shuts down; try again in a moment",
                SOON);
    }

    /** A job that ended in any other way than {@link JobEnd#DONE}. */
    static Problem of(Send.Ended ended) {
        String text =
                ended.job()
                        + " ended: "
                        + ended.end().text()
                        + (ended.detail().isEmpty() ? "" : " (" + ended.detail() + ")");
        return switch (ended.end()) {
            case INPUT -> Problem.invalid("input", text);
            case DEADLINE ->
                    new Problem(
                            504,
                            "server_error",
                            "deadline_exceeded",
                            null,
                            text + "; allow more time, or send a batch job",
                            SOON,
                            false);
            case NO_QUORUM -> Problem.later(503, UNAVAILABLE, "no_quorum", text, SOON);
            case RESTART -> Problem.later(503, UNAVAILABLE, "restarted", text, SOON);
            case ATTEMPTS -> Problem.of(503, UNAVAILABLE, "attempts_exhausted", null, text);
            case CANCELLED -> Problem.of(409, INVALID, "job_cancelled", null, text);
            case DONE -> throw new IllegalArgumentException(ended.job() + " is done: no problem");
        };
    }

    private static Problem overloaded(String text, Duration after) {
        return Problem.later(503, UNAVAILABLE, "server_is_overloaded", text, after);
    }
}
