package org.idlefleet.coordinator.adapter.api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/**
 * Lets operators do what their roles allow, and writes down who asked for what and when before it
 * is done, and what became of it before it is answered. What can't be written down is not done.
 * Thread-safe.
 */
final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    /** Of longer bodies, such as banks' reports, only the beginning is written down. */
    private static final int BODY_MAX = 400;

    private final OperatorFile file;
    private final Faults faults;
    private final InstantSource clock;

    AuditLog(OperatorFile file, Faults faults, InstantSource clock) {
        this.file = file;
        this.faults = faults;
        this.clock = clock;
    }

    /** What the route's handler answers, or a refusal; at once for whoever only looks. */
    CompletableFuture<Reply> handle(Call call, Route route, String path) {
        if (!(call.caller() instanceof Caller.Operator operator) || route.role() == Role.READ) {
            return route.handler().handle(call);
        }
        String action = (route.method() + " " + path + body(call)).replaceAll("\\p{Cntrl}+", " ");
        return CompletableFuture.supplyAsync(
                        () -> file.asked(clock.instant(), operator.name(), action), call.worker())
                .thenCompose(id -> ended(call, id, allowed(call, operator, route)));
    }

    private CompletableFuture<Reply> allowed(Call call, Caller.Operator operator, Route route) {
        try {
            if (!operator.roles().contains(route.role())) {
                throw lacks(operator, route.role()).raised();
            }
            return route.handler().handle(call);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Reply> ended(Call call, long id, CompletableFuture<Reply> answer) {
        return answer.handleAsync(
                (reply, fault) -> {
                    if (fault == null) {
                        note(id, reply.status(), "done");
                        return reply;
                    }
                    Problem problem = faults.problem(fault, call.id());
                    note(id, problem.status(), problem.message());
                    throw problem.raised();
                },
                call.worker());
    }

    /** The deed is done or refused by now; that its end is missing shows in the log. */
    private void note(long id, int status, String outcome) {
        try {
            file.ended(id, status, outcome);
        } catch (IllegalStateException e) {
            LOG.error("the end of action {} is not in the audit log: {}", id, outcome, e);
        }
    }

    private static Problem lacks(Caller.Operator operator, Role role) {
        return Problem.of(
                403,
                "invalid_request_error",
                "wrong_role",
                null,
                role == Role.ADMIN
                        ? "only the key in the coordinator's admin.key makes and revokes keys of"
                                + " operators"
                        : "the key of operator "
                                + operator.name()
                                + " lacks the role "
                                + role.word()
                                + ": ask whoever has the coordinator's admin.key");
    }

    private static String body(Call call) {
        String text = new String(call.body(), StandardCharsets.UTF_8).strip();
        if (text.isEmpty() || text.equals("{}")) {
            return "";
        }
        return text.length() <= BODY_MAX
                ? " " + text
                : " " + text.substring(0, BODY_MAX) + " ... of " + text.length() + " characters";
    }
}
