package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Wishes under way: numbers them, and completes each with its answer. Thread-safe. */
public final class Requests {
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<Answer>> open = new ConcurrentHashMap<>();
    private final Inbox inbox;

    public Requests(Inbox inbox) {
        this.inbox = inbox;
    }

    /** A number for a wish, never used twice in this process. */
    public long number() {
        return last.incrementAndGet();
    }

    /**
     * Leaves the wish in the inbox; empty if the inbox is full.
     *
     * @param command makes the wish from its number
     */
    public Optional<CompletableFuture<Answer>> ask(LongFunction<Command.Asked> command) {
        return ask(number(), command);
    }

    /** The same with a number drawn before. */
    public Optional<CompletableFuture<Answer>> ask(
            long number, LongFunction<Command.Asked> command) {
        var answer = new CompletableFuture<Answer>();
        open.put(number, answer);
        if (inbox.offer(command.apply(number))) {
            return Optional.of(answer);
        }
        open.remove(number);
        return Optional.empty();
    }

    /**
     * The loop has answered. What hangs on the future runs on the loop's thread: it must be quick.
     */
    public void answered(long number, Answer answer) {
        CompletableFuture<Answer> waiting = open.remove(number);
        if (waiting != null) {
            waiting.complete(answer);
        }
    }
}
