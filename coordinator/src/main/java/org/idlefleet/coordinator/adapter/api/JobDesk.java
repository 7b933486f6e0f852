package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Turns embeddings requests into jobs: one that is waited for, or a durable one to be fetched
 * later. Small requests never leave the connection's thread on this side of the inbox.
 */
final class JobDesk {
    /** Names the job of a response, so that its shards, votes and payments can be looked up. */
    static final String JOB_HEADER = "idlefleet-job";

    /** Longest text for each token that the model takes: beyond it, it can't fit. */
    static final int TEXT_BYTES_PER_TOKEN = 32;

    /** Bodies above it are read on a worker: about a millisecond's work. */
    private static final int INLINE_BODY_BYTES = 64 << 10;

    /** Answers with more floats than this are written on a worker: about a millisecond's work. */
    private static final int INLINE_FLOATS = 64 << 10;

    private final ApiConfig config;
    private final Desk desk;
    private final Payloads payloads;
    private final Catalogue catalogue;
    private final Metrics metrics;
    private final InstantSource clock;
    private final KeptAnswers answers;

    JobDesk(ApiConfig config, Ports ports, InstantSource clock) {
        this.config = config;
        this.desk = ports.desk();
        this.payloads = ports.payloads();
        this.catalogue = ports.catalogue();
        this.metrics = ports.metrics();
        this.clock = clock;
        this.answers = new KeptAnswers(clock, KeptAnswers.BYTES_MAX);
    }

    /** {@code POST /v1/embeddings}. */
    CompletableFuture<Reply> embeddings(Call call) {
        return off(
                call,
                call.body().length > INLINE_BODY_BYTES,
                () ->
                        Idempotency.of(call, "embeddings")
                                .map(once -> answers.once(call, once, () -> embed(call)))
                                .orElseGet(() -> embed(call)));
    }

    /** {@code POST /api/v1/jobs}. */
    CompletableFuture<Reply> batch(Call call) {
        return off(call, call.body().length > INLINE_BODY_BYTES, () -> submitBatch(call));
    }

    /** A request held against its model. */
    private record Order(
            Wanted wanted, ModelManifest manifest, int dimensions, long units, JobRequest job) {}

    private CompletableFuture<Reply> embed(Call call) {
        Order order = order(call, config.limits().inputs(), false);
        Desk.Submission submission = submit(call, order, Optional.empty());
        call.whenGone(() -> cancel(call, submission));
        return submission
                .answer()
                .thenCompose(answer -> {
                    admitted(call, order, answer);
                    return submission.ended();
                })
                .thenCompose(ended -> {
                    name(call, ended.job(), ended.assurance());
                    return answer(call, order, ended);
                });
    }

    private CompletableFuture<Reply> submitBatch(Call call) {
        Optional<Once> once = Idempotency.of(call, "jobs");
        Order order = order(call, config.limits().batchInputs(), true);
        return submit(call, order, once)
                .answer()
                .thenApply(answer -> {
                    Answer.Admitted admitted = admitted(call, order, answer);
                    JobId job = admitted.job();
                    name(call, job, admitted.assurance());
                    var body = Json.object().put("id", job.toString());
                    body.put("object", "job").put("status", "running");
                    body.put("items", order.wanted().items().size());
                    return Reply.json(202, body);
                });
    }

    private Order order(Call call, int inputsMax, boolean batch) {
        Wanted wanted = EmbeddingsReader.read(call.body(), inputsMax);
        ModelManifest manifest = manifest(wanted.model());
        int own = modelDimensions(manifest);
        if (wanted.dimensions() > own) {
            throw Problem.invalid(
                            "dimensions",
                            "model '"
                                    + wanted.model()
                                    + "' has "
                                    + own
                                    + " dimensions, found "
                                    + wanted.dimensions())
                    .raised();
        }
        Terms terms = Terms.of(call, wanted, config.terms(), batch);
        WorkUnits units = WorkUnits.of(units(wanted, manifest));
        var job =
                new JobRequest(
                        manifest.model(),
                        wanted.kind(),
                        units,
                        terms.quorum(),
                        batch ? Tier.BATCH : Tier.INTERACTIVE,
                        clock.instant().plus(terms.deadline()),
                        batch,
                        terms.assurance());
        int dimensions = wanted.dimensions() == 0 ? own : wanted.dimensions();
        return new Order(wanted, manifest, dimensions, units.total(), job);
    }

    private Desk.Submission submit(Call call, Order order, Optional<Once> once) {
        Caller.Client client = call.client();
        client.pace().units(call, order.units(), System.nanoTime());
        metrics.inputs(order.wanted().items().size());
        Duration left = Duration.between(clock.instant(), order.job().deadline());
        return desk.submit(
                call.loop(),
                client.client(),
                client.key(),
                order.job(),
                once,
                order.wanted().items(),
                Collections.min(List.of(config.terms().deviceWait(), left)));
    }

    private static void name(Call call, JobId job, Assurance assurance) {
        call.header(JOB_HEADER, job.toString());
        call.header(Terms.ASSURANCE, assurance.word());
        call.header("idlefleet-bound", assurance.bound());
    }

    private Answer.Admitted admitted(Call call, Order order, Answer answer) {
        return switch (answer) {
            case Answer.Admitted admitted -> admitted;
            case Answer.Repeated before -> {
                call.client().pace().giveBack(order.units());
                call.header(Idempotency.REPLAYED, "true");
                yield new Answer.Admitted(before.job(), before.assurance());
            }
            case Answer.Refused refused -> {
                call.client().pace().giveBack(order.units());
                throw Refusals.of(refused.refusal()).raised();
            }
            case Answer.Done _, Answer.Enrolled _, Answer.Seen _ ->
                    throw new IllegalStateException("a job is admitted or refused, not " + answer);
        };
    }

    private CompletableFuture<Reply> answer(Call call, Order order, Send.Ended ended) {
        if (ended.end() != JobEnd.DONE) {
            payloads.forget(ended.job());
            throw Refusals.of(ended).raised();
        }
        call.header(
                Terms.AUDITED,
                ended.drawn() + " of " + ended.results() + " results drawn for an audit");
        long floats = (long) order.wanted().items().size() * order.dimensions();
        return off(
                call,
                floats > INLINE_FLOATS,
                () -> CompletableFuture.completedFuture(Reply.json(body(order, ended.job()))));
    }

    private byte[] body(Order order, JobId job) {
        try {
            Vectors vectors =
                    Vectors.of(
                            payloads.kept(job),
                            order.wanted().items().size(),
                            modelDimensions(order.manifest()),
                            order.dimensions());
            return EmbeddingsWriter.openAi(
                    vectors, order.wanted().base64(), order.manifest().model().value());
        } finally {
            payloads.forget(job);
        }
    }

    /** The client is gone: its job goes, too, as soon as it has a name. */
    private void cancel(Call call, Desk.Submission submission) {
        submission.giveUp().run();
        ClientId client = call.client().client();
        var _ =
                submission
                        .answer()
                        .thenAccept(answer -> {
                            if (answer instanceof Answer.Admitted(JobId job, _)
                                    && !submission.ended().isDone()) {
                                var _ =
                                        desk.ask(
                                                call.loop(),
                                                number ->
                                                        new Command.CancelJob(number, client, job));
                            }
                        });
    }

    private ModelManifest manifest(String name) {
        try {
            return catalogue
                    .model(new ModelId(name))
                    .orElseThrow(() -> Models.unknown(name).raised())
                    .manifest();
        } catch (IllegalArgumentException e) {
            throw Models.unknown(name).raised();
        }
    }

    /** Work units of each item; an item that the model surely can't take is named. */
    private static int[] units(Wanted wanted, ModelManifest manifest) {
        int tokensMax = manifest.limits().tokensMax();
        List<byte[]> items = wanted.items();
        var units = new int[items.size()];
        for (int i = 0; i < units.length; i++) {
            int bytes = items.get(i).length;
            boolean text = wanted.kind() == ItemKind.TEXT;
            int found = text ? bytes : bytes / Integer.BYTES;
            int most = text ? tokensMax * TEXT_BYTES_PER_TOKEN : tokensMax;
            if (found > most) {
                throw tooLong(manifest, i, found + (text ? " bytes" : " tokens"), most).raised();
            }
            units[i] = manifest.workUnits(wanted.kind(), bytes);
        }
        return units;
    }

    private static Problem tooLong(ModelManifest manifest, int item, String found, int most) {
        return Problem.of(
                400,
                "invalid_request_error",
                "context_length_exceeded",
                "input",
                "input["
                        + item
                        + "] has "
                        + found
                        + "; model '"
                        + manifest.model()
                        + "' takes "
                        + manifest.limits().tokensMax()
                        + " tokens, here at most "
                        + most
                        + "; split the text");
    }

    static int modelDimensions(ModelManifest manifest) {
        return switch (manifest.task()) {
            case ModelManifest.Task.Embedding embedding -> embedding.dimensions();
        };
    }

    private static CompletableFuture<Reply> off(
            Call call, boolean large, Supplier<CompletableFuture<Reply>> work) {
        return large
                ? CompletableFuture.completedFuture(work)
                        .thenComposeAsync(Supplier::get, call.worker())
                : work.get();
    }
}
