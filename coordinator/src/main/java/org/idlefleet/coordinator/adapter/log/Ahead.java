package org.idlefleet.coordinator.adapter.log;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/** Work in two threads: one makes things, at most {@value #AHEAD} ahead of the one that takes. */
final class Ahead {
    private static final int AHEAD = 16;

    private Ahead() {}

    /**
     * Returns when everything made was taken. What either side throws is thrown here, after all
     * that was made before it was taken.
     */
    static <T> void run(Consumer<Consumer<T>> make, Consumer<T> take) {
        BlockingQueue<Optional<T>> made = new ArrayBlockingQueue<>(AHEAD);
        var failure = new Failure();
        Thread maker =
                Thread.ofPlatform()
                        .daemon()
                        .name("log-replay")
                        .start(() -> {
                            try {
                                make.accept(thing -> put(made, Optional.of(thing)));
                            } catch (RuntimeException | Error e) {
                                failure.thrown = e;
                            }
                            put(made, Optional.empty());
                        });
        try {
            for (Optional<T> next = made.take(); next.isPresent(); next = made.take()) {
                take.accept(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the log was replayed", e);
        } finally {
            maker.interrupt();
        }
        failure.rethrow();
    }

    private static final class Failure {
        private volatile @Nullable Throwable thrown;

        private void rethrow() {
            Throwable found = thrown;
            if (found instanceof RuntimeException exception) {
                throw exception;
            } else if (found instanceof Error error) {
                throw error;
            }
        }
    }

    private static <T> void put(BlockingQueue<T> made, T thing) {
        try {
            made.put(thing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("nobody takes any more", e);
        }
    }
}
