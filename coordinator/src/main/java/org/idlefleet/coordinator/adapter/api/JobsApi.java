package org.idlefleet.coordinator.adapter.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.stream.StreamMessage;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Jobs to look at, to fetch and to take back. A client sees its own; the operator sees all. */
final class JobsApi {
    private static final int PAGE = 100;
    private static final int PAGE_MAX = 500;
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final MediaType NDJSON = MediaType.parse("application/x-ndjson");

    private final Desk desk;
    private final Payloads payloads;
    private final Catalogue catalogue;
    private final JobHistory history;
    private final Receipts receipts;

    JobsApi(Ports ports) {
        this.desk = ports.desk();
        this.payloads = ports.payloads();
        this.catalogue = ports.catalogue();
        this.history = ports.history();
        this.receipts = ports.receipts();
    }

    /** {@code GET /api/v1/jobs}: newest first; {@code next_before} asks for the following page. */
    CompletableFuture<Reply> list(Call call) {
        long before = number(call, "before", 0, Long.MAX_VALUE);
        int limit = (int) number(call, "limit", 1, PAGE_MAX);
        int size = limit == 0 ? PAGE : limit;
        return Operator.see(desk, call, new Query.OfJobs(before, size))
                .thenApply(view -> page((View.Jobs) view, before, size));
    }

    /** {@code GET /api/v1/jobs/{job}}. */
    CompletableFuture<Reply> one(Call call) {
        return find(call).thenApply(job -> Reply.json(Views.json(job)));
    }

    /** {@code GET /api/v1/jobs/{job}/output}: as lines or as one object, made while it is read. */
    CompletableFuture<Reply> output(Call call) {
        boolean lines = choice(call, "format", "ndjson", "json");
        boolean floats = choice(call, "encoding_format", "float", "base64");
        return find(call)
                .thenApply(job -> {
                    Vectors vectors = vectors(job);
                    StreamMessage<HttpData> body =
                            OutputStreams.of(vectors, lines, !floats, call.worker());
                    return Reply.stream(lines ? NDJSON : MediaType.JSON, body);
                });
    }

    /** {@code GET /api/v1/jobs/{job}/receipt}: signed, with what it can be checked by. */
    CompletableFuture<Reply> receipt(Call call) {
        return find(call)
                .thenApplyAsync(
                        job -> {
                            SignedNote note = receiptOf(job.job());
                            ObjectNode json =
                                    Json.object()
                                            .put("job", job.job().toString())
                                            .put("key", receipts.key().toString())
                                            .put("authority", receipts.authority())
                                            .put("receipt", note.toString());
                            receipts.manifest(job.manifest())
                                    .ifPresent(bytes ->
                                            json.put("manifest", new String(bytes, UTF_8)));
                            return Reply.json(json);
                        },
                        call.worker());
    }

    private SignedNote receiptOf(JobId job) {
        try {
            return receipts.of(job)
                    .orElseThrow(() ->
                            Problem.later(
                                            503,
                                            "server_error",
                                            "not_ready",
                                            job + " is not durable yet",
                                            Duration.ofSeconds(1))
                                    .raised());
        } catch (IllegalArgumentException e) {
            throw Problem.of(
                            409,
                            "invalid_request_error",
                            "conflict",
                            null,
                            String.valueOf(e.getMessage()))
                    .raised();
        }
    }

    /**
     * {@code GET /api/v1/audit-keys/{day}}: what fixes a day's draws; their key once it is over.
     */
    CompletableFuture<Reply> auditKey(Call call) {
        LocalDate day;
        try {
            day = LocalDate.parse(call.path("day"));
        } catch (DateTimeParseException e) {
            throw Problem.notFound(
                            "a day is written as 2026-11-28, found '" + call.path("day") + "'")
                    .raised();
        }
        JobReceipt.Day shown = receipts.day(day);
        ObjectNode json =
                Json.object().put("day", shown.day()).put("commitment", shown.commitment());
        if (!shown.key().isEmpty()) {
            json.put("key", shown.key());
        }
        return CompletableFuture.completedFuture(Reply.json(json));
    }

    /** {@code DELETE /api/v1/jobs/{job}}. */
    CompletableFuture<Reply> cancel(Call call) {
        return find(call)
                .thenCompose(job ->
                        desk.ask(
                                call.worker(),
                                number -> new Command.CancelJob(number, job.client(), job.job())))
                .thenCompose(answer -> {
                    if (answer instanceof Answer.Refused) {
                        throw Problem.of(
                                        409,
                                        "invalid_request_error",
                                        "conflict",
                                        null,
                                        call.path("job") + " has ended already")
                                .raised();
                    }
                    return one(call);
                });
    }

    private Vectors vectors(View.Job job) {
        JobEnd end = job.end().orElse(null);
        if (end == null) {
            throw Problem.later(
                            409,
                            "invalid_request_error",
                            "job_running",
                            job.job()
                                    + " is still running: "
                                    + job.settledItems()
                                    + " of "
                                    + job.items()
                                    + " items are done",
                            POLL)
                    .raised();
        }
        if (end != JobEnd.DONE) {
            throw Problem.of(
                            409,
                            "invalid_request_error",
                            "job_failed",
                            null,
                            job.job() + " has no output: " + end.text())
                    .raised();
        }
        List<Payloads.Kept> kept = payloads.kept(job.job());
        int dimensions = catalogue.manifest(job.manifest()).map(JobDesk::modelDimensions).orElse(0);
        if (kept.isEmpty() || dimensions == 0) {
            throw Problem.of(
                            410,
                            "invalid_request_error",
                            "output_gone",
                            null,
                            "the output of "
                                    + job.job()
                                    + " is not kept any more; only batch jobs keep theirs")
                    .raised();
        }
        return Vectors.of(kept, job.items(), dimensions, dimensions);
    }

    /** The job if the caller may see it; one of somebody else's looks like none at all. */
    private CompletableFuture<View.Job> find(Call call) {
        JobId job;
        try {
            job = JobId.parse(call.path("job"));
        } catch (IllegalArgumentException e) {
            throw Problem.notFound(String.valueOf(e.getMessage())).raised();
        }
        return desk.ask(call.worker(), number -> new Command.Look(number, new Query.OfJob(job)))
                .thenApply(answer ->
                        answer instanceof Answer.Seen(View.Job seen)
                                ? seen
                                : history.job(job).orElse(null))
                .thenApply(found -> visible(call, job, found));
    }

    private static View.Job visible(Call call, JobId job, View.@Nullable Job found) {
        boolean may =
                switch (call.caller()) {
                    case Caller.Operator _ -> true;
                    case Caller.Client client ->
                            found != null && found.client().equals(client.client());
                    case Caller.Anyone _ -> false;
                };
        if (found == null || !may) {
            throw Refusals.of(new Refusal.UnknownJob(job)).raised();
        }
        return found;
    }

    private Reply page(View.Jobs recent, long before, int size) {
        var merged = new TreeMap<JobId, View.Job>(Comparator.reverseOrder());
        history.before(before, size).forEach(job -> merged.put(job.job(), job));
        recent.jobs().forEach(job -> merged.put(job.job(), job));
        List<View.Job> page = merged.values().stream().limit(size).toList();
        ObjectNode root = Views.json(new View.Jobs(page));
        if (page.size() == size) {
            root.put("next_before", page.getLast().job().number());
        }
        return Reply.json(root);
    }

    private static long number(Call call, String name, long min, long max) {
        String text = call.query(name);
        if (text == null) {
            return 0;
        }
        Supplier<Problem> bad =
                () ->
                        Problem.invalid(
                                name,
                                "'" + name + "' is a whole number from " + min + " to " + max);
        try {
            long value = Long.parseLong(text);
            if (value < min || value > max) {
                throw bad.get().raised();
            }
            return value;
        } catch (NumberFormatException e) {
            throw bad.get().raised();
        }
    }

    private static boolean choice(Call call, String name, String usual, String other) {
        String text = call.query(name);
        if (text == null || text.equals(usual)) {
            return true;
        }
        if (!text.equals(other)) {
            throw Problem.invalid(name, "'" + name + "' is '" + usual + "' or '" + other + "'")
                    .raised();
        }
        return false;
    }
}
