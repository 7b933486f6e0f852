package org.idlefleet.coordinator.adapter;

import java.util.function.Consumer;

/**
 * A thread without which the coordinator can't go on: whatever ends it by throwing is its death.
 */
final class VitalThread {
    private VitalThread() {}

    /** What the thread does; an interrupt ends it in peace. */
    @FunctionalInterface
    interface Body {
        void run() throws InterruptedException;
    }

    /**
     * Makes the thread.
     *
     * @param death told what went wrong, on that thread
     */
    static Thread unstarted(String name, Body body, Consumer<Throwable> death) {
        return Thread.ofPlatform()
                .name(name)
                .unstarted(() -> {
                    try {
                        body.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException | Error e) {
                        death.accept(e);
                    }
                });
    }
}
