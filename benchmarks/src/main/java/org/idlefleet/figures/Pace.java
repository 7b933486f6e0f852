package org.idlefleet.figures;

import java.time.Duration;

/**
 * What a load took, from when it is laid on until nothing of it is open.
 *
 * @param shards that clients asked for
 * @param executions results that nodes sent for it: of those shards, and of checks of them
 * @param messages times that a node was given work
 * @param seconds by the clock
 * @param coordinatorSeconds of processors, in the coordinator's process
 * @param stubsSeconds of processors, in the process of the stub nodes
 */
record Pace(
        int shards,
        long executions,
        long messages,
        double seconds,
        double coordinatorSeconds,
        double stubsSeconds) {
    /** Processor time in a second of a coordinator that has nothing to do, with some to spare. */
    private static final Duration REST = Duration.ofMillis(50);

    /** Something for a coordinator to do. */
    @FunctionalInterface
    interface Load {
        void run(StubFleet fleet, StubNodes stubs) throws InterruptedException;
    }

    /** Lays the load on and waits until all of it is answered. */
    static Pace measure(StubFleet fleet, StubNodes stubs, int shards, Load load)
            throws InterruptedException {
        return measure(fleet, stubs, shards, load, false);
    }

    /**
     * The same, and counts what the coordinator does afterwards, too: books and proofs follow a
     * moment behind, and what one load left of them would be counted for the next.
     */
    static Pace measureToTheEnd(StubFleet fleet, StubNodes stubs, int shards, Load load)
            throws InterruptedException {
        return measure(fleet, stubs, shards, load, true);
    }

    private static Pace measure(
            StubFleet fleet, StubNodes stubs, int shards, Load load, boolean toTheEnd)
            throws InterruptedException {
        ProcessHandle coordinator =
                ProcessHandle.of(fleet.fleet().coordinator().pid()).orElseThrow();
        Duration coordinatorBefore = cpu(coordinator);
        Duration stubsBefore = cpu(ProcessHandle.current());
        long answered = stubs.answered();
        long told = stubs.told();
        long began = System.nanoTime();
        load.run(fleet, stubs);
        fleet.awaitOpen(0);
        double seconds = (System.nanoTime() - began) / 1e9;
        if (toTheEnd) {
            awaitRest(coordinator);
        }
        return new Pace(
                shards,
                stubs.answered() - answered,
                stubs.told() - told,
                seconds,
                cpu(coordinator).minus(coordinatorBefore).toNanos() / 1e9,
                cpu(ProcessHandle.current()).minus(stubsBefore).toNanos() / 1e9);
    }

    /** Until a second of it takes next to no processor time. */
    private static void awaitRest(ProcessHandle process) throws InterruptedException {
        Duration before;
        do {
            before = cpu(process);
            Thread.sleep(1_000);
        } while (cpu(process).minus(before).compareTo(REST) > 0);
    }

    private static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Shards a second. */
    double rate() {
        return shards / seconds;
    }

    double perCpuSecond() {
        return shards / (coordinatorSeconds + stubsSeconds);
    }

    /** Processor time of the coordinator, in microseconds. */
    double microsPerShard() {
        return coordinatorSeconds / shards * 1e6;
    }

    /** The same, where a check of a result counts like any other run of a shard. */
    double microsPerExecution() {
        return coordinatorSeconds / executions * 1e6;
    }
}
