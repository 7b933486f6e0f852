package org.idlefleet.simulator;

import org.idlefleet.edge.Signal;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage.RefuseReason;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Computes as fast as its device is and as truly as its owner wants. */
final class SimEngine {
    /** Joules that shards in turn say came out of a battery: some claim all there is. */
    private static final long[] DRAINED = {0, 1, 40, Long.MAX_VALUE};

    private static final Duration STOP = Duration.ofMillis(10);

    /** A sleeper does so many shards honestly. */
    private static final long SLEEP = 150;

    private final SimNode.Plan plan;
    private final Timeline time;
    private final Chance chance;
    private final Map<Lease, Long> runs = new HashMap<>();
    private long run;
    private double workUnits;

    SimEngine(SimNode.Plan plan, Timeline time, Chance chance) {
        this.plan = plan;
        this.time = time;
        this.chance = chance;
    }

    /** Work units finished so far. */
    double workUnits() {
        return workUnits;
    }

    void start(Assign shard, Consumer<Signal> answer) {
        long number = ++run;
        runs.put(shard.lease(), number);
        long units = 0;
        for (byte[] item : shard.items()) {
            units += Truth.MANIFEST.workUnits(shard.kind(), item.length);
        }
        long work = units;
        double seconds = units / plan.unitsPerSecond() * chance.real(0.95, 1.05);
        Duration compute = Duration.ofNanos((long) (seconds * 1e9));
        long draw = chance.whole();
        switch (conduct(Truth.poison(shard.items()))) {
            case MUTE -> {}
            case LATE -> {
                Duration late = compute.multipliedBy(8).plusSeconds(20);
                time.in(
                        late,
                        () -> end(shard.lease(), number, finished(shard, late, draw), answer));
            }
            case REFUSING_INPUT -> fail(shard.lease(), number, RefuseReason.INPUT, answer);
            case FAILING -> fail(shard.lease(), number, RefuseReason.RUNTIME, answer);
            case HONEST, GARBAGE, COALITION, SLEEPER, DRAGGING, NOT_A_NUMBER, LAZY, FAULTY ->
                    time.in(
                            compute,
                            () -> {
                                if (end(
                                        shard.lease(),
                                        number,
                                        finished(shard, compute, draw),
                                        answer)) {
                                    workUnits += work;
                                }
                            });
        }
    }

    private Conduct awake() {
        return plan.conduct() != Conduct.SLEEPER
                ? plan.conduct()
                : run > SLEEP ? Conduct.GARBAGE : Conduct.HONEST;
    }

    /** Poison makes the honest fail; liars do not even look. */
    private Conduct conduct(Truth.Poison poison) {
        boolean looks = plan.conduct() == Conduct.HONEST || plan.conduct() == Conduct.DRAGGING;
        return switch (poison) {
            case NONE -> plan.conduct();
            case INPUT -> looks ? Conduct.REFUSING_INPUT : plan.conduct();
            case RUNTIME -> looks ? Conduct.FAILING : plan.conduct();
        };
    }

    private void fail(Lease lease, long number, RefuseReason why, Consumer<Signal> answer) {
        var failed = new Signal.ShardFailed(lease, why, "as its conduct is");
        time.in(STOP, () -> end(lease, number, failed, answer));
    }

    private Signal finished(Assign shard, Duration compute, long draw) {
        byte[] output = Truth.answer(shard.items(), awake(), plan.numericClass(), draw);
        return new Signal.ShardFinished(
                shard.lease(), output, compute, DRAINED[shard.lease().shard() % DRAINED.length]);
    }

    private boolean end(Lease lease, long number, Signal how, Consumer<Signal> answer) {
        boolean runs = this.runs.remove(lease, number);
        if (runs) {
            answer.accept(how);
        }
        return runs;
    }

    /** Answers after a moment, as the real one does. */
    void abort(Lease lease, Consumer<Signal> answer) {
        Long number = runs.get(lease);
        if (number != null) {
            long stopped = number;
            time.in(STOP, () -> end(lease, stopped, new Signal.ShardAborted(lease), answer));
        }
    }

    /** The process is gone. */
    void stop() {
        runs.clear();
    }
}
