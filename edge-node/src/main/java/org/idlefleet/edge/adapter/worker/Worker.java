package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.adapter.ManifestJson;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A worker that has started, as the daemon sees it. Each of its lanes runs one thing at a time; the
 * caller brings a thread for it and waits. Thread-safe.
 */
final class Worker {
    private final Process process;
    private final Frames control;
    private final LinkedBlockingDeque<Lane> lanes = new LinkedBlockingDeque<>();
    private final NumericClass numericClass;
    private final String provider;
    private final boolean confined;
    private final String sandbox;
    private final List<String> fallbacks;
    private final Duration stopLimit;
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean loaded;

    /** One connection; whoever took it from the queue has it alone. */
    private static final class Lane {
        final int number;
        final Frames frames;
        long runs;
        volatile long answered;

        Lane(int number, Frames frames) {
            this.number = number;
            this.frames = frames;
        }
    }

    /**
     * @param control on which the worker's next frame is its READY
     * @param stopLimit how long a run may go on that was told to stop
     */
    Worker(Process process, Frames control, List<Frames> lanes, Duration stopLimit)
            throws IOException {
        this.process = process;
        this.control = control;
        this.stopLimit = stopLimit;
        for (Frames frames : lanes) {
            this.lanes.add(new Lane(this.lanes.size(), frames));
        }
        var texts = new ArrayList<String>();
        int count = Frames.count(control.body(), Integer.BYTES);
        for (int i = 0; i < count; i++) {
            texts.add(Frames.text(control.body()));
        }
        if (texts.size() < 4) {
            throw new IOException("the worker does not say how it computes");
        }
        numericClass = NumericClass.parse(texts.get(0));
        provider = texts.get(1);
        confined = Boolean.parseBoolean(texts.get(2));
        sandbox = texts.get(3);
        fallbacks = List.copyOf(texts.subList(4, texts.size()));
    }

    /** Calls {@code then} with the reason once the process is gone, on a thread of its own. */
    void watch(Consumer<String> then) {
        Thread.ofPlatform()
                .name("edge-worker-watch")
                .daemon()
                .start(() -> {
                    String reason = awaitEnd();
                    closeConnections();
                    then.accept(reason);
                    gone.countDown();
                });
    }

    private String awaitEnd() {
        try {
            byte kind = control.receive();
            process.destroyForcibly();
            return "the worker said frame " + kind + " unasked";
        } catch (IOException e) {
            try {
                return process.waitFor(1, TimeUnit.SECONDS)
                        ? "the worker ended with exit code " + process.exitValue()
                        : "the worker hung up";
            } catch (InterruptedException again) {
                Thread.currentThread().interrupt();
                return "the worker hung up";
            }
        }
    }

    private void closeConnections() {
        process.destroyForcibly();
        try {
            control.close();
            for (Lane lane : lanes) {
                lane.frames.close();
            }
        } catch (IOException e) {
            // Nobody is at the other end.
        }
    }

    NumericClass numericClass() {
        return numericClass;
    }

    String provider() {
        return provider;
    }

    /** Whether the kernel keeps it from network, processes and files. */
    boolean confined() {
        return confined;
    }

    /** What keeps the worker in, in words. */
    String sandbox() {
        return sandbox;
    }

    List<String> fallbacks() {
        return fallbacks;
    }

    /** Nothing new may begin on it, and its end is no accident. */
    void stopping() {
        stopping = true;
    }

    boolean usable() {
        return !stopping && gone.getCount() > 0;
    }

    /** Whether its end is an accident that matters: nobody asked for it, and models are lost. */
    boolean missed() {
        return loaded && !stopping;
    }

    void awaitGone() throws InterruptedException {
        gone.await();
    }

    void load(int number, ModelManifest manifest, Path directory) throws EngineException {
        byte[] content = ManifestJson.write(manifest);
        byte[] path = Frames.utf8(directory.toAbsolutePath().toString());
        try {
            Optional<String> problem =
                    exchange(lane -> {
                        int size = 3 * Integer.BYTES + content.length + path.length;
                        ByteBuffer body = lane.frames.begin(Kinds.LOAD, size).putInt(number);
                        Frames.put(body, content);
                        Frames.put(body, path);
                        lane.frames.send();
                        byte answer = lane.frames.receive();
                        if (answer == Kinds.FAILED) {
                            return Optional.of(Frames.text(lane.frames.body()));
                        }
                        expect(Kinds.LOADED, answer);
                        return Optional.empty();
                    });
            if (problem.isPresent()) {
                throw new EngineException(problem.get());
            }
            loaded = true;
        } catch (IOException e) {
            throw new EngineException(ending(manifest.model() + " was being loaded", e), true);
        }
    }

    void unload(int number) {
        try {
            var _ =
                    exchange(lane -> {
                        lane.frames.begin(Kinds.UNLOAD, Integer.BYTES).putInt(number);
                        lane.frames.send();
                        expect(Kinds.UNLOADED, lane.frames.receive());
                        return number;
                    });
        } catch (IOException e) {
            // The worker is gone, and the model with it.
        }
    }

    ShardOutcome run(int number, ItemKind kind, List<byte[]> items, Abort abort) {
        long size = Long.BYTES + Integer.BYTES + 1 + (long) Frames.sizeOf(items);
        if (size > Frames.BODY_MAX) {
            return new ShardOutcome.Refused(
                    RefuseReason.MEMORY,
                    "the shard has " + size + " bytes, a worker takes " + Frames.BODY_MAX);
        }
        try {
            return exchange(lane -> {
                long run = ++lane.runs;
                ByteBuffer body = lane.frames.begin(Kinds.RUN, size).putLong(run).putInt(number);
                Frames.putTexts(body.put(Kinds.of(kind)), items);
                byte answer;
                try (var _ = abort.during(() -> stop(lane, run))) {
                    lane.frames.send();
                    answer = lane.frames.receive();
                }
                lane.answered = run;
                return outcome(answer, lane.frames.body());
            });
        } catch (IOException | IllegalArgumentException e) {
            return abort.requested() || stopping
                    ? new ShardOutcome.Aborted()
                    : new ShardOutcome.Refused(
                            RefuseReason.RUNTIME, ending("the shard was computed", e));
        }
    }

    private static ShardOutcome outcome(byte answer, ByteBuffer body) throws IOException {
        return switch (answer) {
            case Kinds.DONE -> {
                var output = new byte[body.remaining()];
                body.get(output);
                yield new ShardOutcome.Done(output);
            }
            case Kinds.ABORTED -> new ShardOutcome.Aborted();
            case Kinds.REFUSED -> {
                RefuseReason reason = RefuseReason.valueOf(Frames.text(body));
                yield new ShardOutcome.Refused(reason, Frames.text(body));
            }
            default -> throw new IOException("frame " + answer + " is no outcome");
        };
    }

    /**
     * Sends the terminate flag; the worker looks at it between two nodes of the graph. One that
     * hangs in a driver never does: it is killed.
     */
    private void stop(Lane lane, long run) {
        synchronized (control) {
            try {
                ByteBuffer body = control.begin(Kinds.STOP, Integer.BYTES + Long.BYTES);
                body.putInt(lane.number).putLong(run);
                control.send();
            } catch (IOException e) {
                // It stopped for good.
            }
        }
        CompletableFuture.delayedExecutor(stopLimit.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (lane.answered < run) {
                        process.destroyForcibly();
                    }
                });
    }

    /** What is said over a lane. */
    private interface Talk<T> {
        T over(Lane lane) throws IOException;
    }

    /**
     * Takes a lane for a talk and gives it back, closed if it broke: whoever waits for it learns
     * that it is of no use, and does not wait for ever.
     */
    private <T> T exchange(Talk<T> talk) throws IOException {
        Lane lane = take();
        boolean whole = false;
        try {
            T answer = talk.over(lane);
            whole = true;
            return answer;
        } finally {
            try {
                if (!whole) {
                    lane.frames.close();
                }
            } finally {
                lanes.addFirst(lane);
            }
        }
    }

    private Lane take() throws IOException {
        try {
            return lanes.takeFirst();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a lane", e);
        }
    }

    private static void expect(byte expected, byte found) throws IOException {
        if (expected != found) {
            throw new IOException("expected frame " + expected + ", found " + found);
        }
    }

    /** A connection that broke is never used again, so the process behind it must go, too. */
    private String ending(String when, Exception cause) {
        process.destroyForcibly();
        try {
            gone.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String end = process.isAlive() ? "" : " (exit code " + process.exitValue() + ")";
        String why = cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return "the worker ended while " + when + end + why;
    }
}
