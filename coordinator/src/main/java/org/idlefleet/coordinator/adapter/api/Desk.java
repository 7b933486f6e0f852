package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Where doors leave what they ask of the core and wait for it. It numbers the wishes of all doors
 * of a process, so there is one of it. Thread-safe.
 *
 * <p>{@link #reply} and {@link #ended} are called by the outbox, on the loop's thread; they only
 * hand over, and whoever waits goes on in the executor that it named. Only that a job is admitted
 * whose end is waited for is noted on the loop's thread: there is nothing to do about it yet, and
 * waking a thread would cost the job time.
 */
public final class Desk {
    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    /** A job that waits for devices is left again after so long, and each time later. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final Inbox inbox;
    private final Payloads payloads;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, Waiting> asked = new ConcurrentHashMap<>();
    private final Map<JobId, Waiting> open = new ConcurrentHashMap<>();

    /** What those were told who wait until their job is left again. */
    private final Map<Long, Send.Reply> paused = new ConcurrentHashMap<>();

    private volatile boolean closed;

    public Desk(Inbox inbox, Payloads payloads) {
        this.inbox = inbox;
        this.payloads = payloads;
    }

    /** A limit is met and nothing was taken; the same wish can work a moment later. */
    public static final class Busy extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String limit;

        Busy(String limit) {
            super(limit + " is full", null, false, false);
            this.limit = limit;
        }

        /** Name of the limit. */
        public String limit() {
            return limit;
        }
    }

    /** The coordinator ends; what becomes of the job is known once it is back. */
    static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Closed() {
            super("the coordinator shuts down", null, false, false);
        }
    }

    /**
     * A job on its way.
     *
     * @param answer admitted or refused; what depends on an admission that is followed by {@code
     *     ended} must be quick and thread-safe
     * @param ended completed when the admitted job has ended; never if it was refused, nor for a
     *     durable job, which nobody waits for; fails with {@link Closed} if the desk closes first
     * @param giveUp says that nobody waits for devices any more; from any thread
     */
    record Submission(
            CompletableFuture<Answer> answer,
            CompletableFuture<Send.Ended> ended,
            Runnable giveUp) {}

    /**
     * Leaves a wish.
     *
     * @param where runs whatever depends on the answer
     * @param command makes the command from its request number
     * @return the answer; fails with {@link Busy} if the inbox is full
     */
    public CompletableFuture<Answer> ask(Executor where, LongFunction<Command.Asked> command) {
        long number = numbers.incrementAndGet();
        var waiting = new Waiting(where, null, 0);
        leave(number, command.apply(number), waiting);
        return waiting.answer;
    }

    /**
     * Leaves a job with its inputs; both are taken or neither.
     *
     * @param wait so long it is left again while there are too few devices for it
     */
    Submission submit(
            Executor where,
            ClientId client,
            String key,
            JobRequest job,
            Optional<Once> once,
            List<byte[]> items,
            Duration wait) {
        long number = numbers.incrementAndGet();
        var submit = new Command.SubmitJob(number, client, key, job, once);
        var waiting = new Waiting(where, submit, System.nanoTime() + wait.toNanos());
        if (payloads.stage(number, job.kind(), items)) {
            leave(number, submit, waiting);
        } else {
            waiting.answer.completeExceptionally(new Busy("memory for inputs"));
        }
        return new Submission(
                waiting.answer,
                waiting.ended,
                () -> {
                    waiting.gone = true;
                    refuse(number);
                });
    }

    /**
     * Takes an answer of the core.
     *
     * @return false if the wish was not left here
     */
    public boolean reply(Send.Reply reply) {
        Waiting waiting = asked.get(reply.request());
        if (waiting == null) {
            return false;
        }
        if (lacksDevices(reply) && waiting.hasTime()) {
            pause(reply, waiting);
            return true;
        }
        asked.remove(reply.request());
        if (waiting.job != null) {
            settleInputs(reply, waiting);
        }
        if (waiting.waits() && reply.answer() instanceof Answer.Admitted) {
            waiting.answer.complete(reply.answer());
        } else {
            waiting.goOn(() -> waiting.answer.complete(reply.answer()));
        }
        return true;
    }

    private static boolean lacksDevices(Send.Reply reply) {
        return reply.answer() instanceof Answer.Refused(Refusal.NoNodes _);
    }

    /** The inputs stay where they are, so that they count among what memory holds. */
    private void pause(Send.Reply refused, Waiting waiting) {
        long number = refused.request();
        paused.put(number, refused);
        waiting.later(() -> {
            if (waiting.job != null && paused.remove(number) != null) {
                leave(number, waiting.job, waiting);
            }
        });
        if (closed || waiting.gone) {
            refuse(number);
        }
    }

    /** Tells whoever waits until his job is left again what he was told, if he still does. */
    private void refuse(long number) {
        Send.Reply refused = paused.remove(number);
        Waiting waiting = refused == null ? null : asked.remove(number);
        if (refused != null && waiting != null) {
            payloads.discard(number);
            waiting.goOn(() -> waiting.answer.complete(refused.answer()));
        }
    }

    /** A job ended; whoever waits for it goes on. */
    public void ended(Send.Ended ended) {
        Waiting waiting = open.remove(ended.job());
        if (waiting != null) {
            waiting.goOn(() -> waiting.ended.complete(ended));
        }
    }

    /** Sends away all who wait for devices or the end of a job, now and from now on. */
    void close() {
        closed = true;
        paused.keySet().forEach(this::refuse);
        open.keySet().forEach(this::sendAway);
    }

    private void sendAway(JobId job) {
        Waiting waiting = open.remove(job);
        if (waiting != null) {
            waiting.goOn(() -> waiting.ended.completeExceptionally(new Closed()));
        }
    }

    /** Wishes and jobs that somebody waits for. */
    int waiting() {
        return asked.size() + open.size();
    }

    private void leave(long number, Command.Asked command, Waiting waiting) {
        asked.put(number, waiting);
        if (!inbox.offer(command)) {
            asked.remove(number);
            if (waiting.job != null) {
                payloads.discard(number);
            }
            waiting.answer.completeExceptionally(new Busy("inbox"));
        }
    }

    /**
     * Here and not where the answer is read: a job's inputs and its waiter must be known before the
     * loop goes on, because its first shard and its end may follow at once.
     */
    private void settleInputs(Send.Reply reply, Waiting waiting) {
        if (reply.answer() instanceof Answer.Admitted admitted) {
            payloads.admit(reply.request(), admitted.job());
            if (waiting.waits()) {
                open.put(admitted.job(), waiting);
                if (closed) {
                    sendAway(admitted.job());
                }
            }
        } else {
            payloads.discard(reply.request());
        }
    }

    /** Somebody who waits. */
    private static final class Waiting {
        private final Executor where;
        private final Command.@Nullable SubmitJob job;
        private final long untilNanos;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final CompletableFuture<Send.Ended> ended = new CompletableFuture<>();
        private Duration pause = FIRST_PAUSE;
        private volatile boolean gone;

        /**
         * @param job whose inputs are staged; null for any other wish
         * @param untilNanos when it waits for devices no longer, as {@link System#nanoTime} says it
         */
        Waiting(Executor where, Command.@Nullable SubmitJob job, long untilNanos) {
            this.where = where;
            this.job = job;
            this.untilNanos = untilNanos;
        }

        /** Whether somebody waits for the end of the job. */
        boolean waits() {
            return job != null && !job.job().durable();
        }

        /** Whether it has the time for one more pause. */
        boolean hasTime() {
            return job != null && System.nanoTime() + pause.toNanos() - untilNanos < 0;
        }

        void later(Runnable step) {
            CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, where)
                    .execute(step);
            pause = Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
        }

        void goOn(Runnable step) {
            try {
                where.execute(step);
            } catch (RejectedExecutionException e) {
                LOG.debug("nobody waits any more: the door is closed", e);
            }
        }
    }
}
