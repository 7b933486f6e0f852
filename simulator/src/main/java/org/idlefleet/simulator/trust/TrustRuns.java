package org.idlefleet.simulator.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs side by side, as many as there are processors; each is one thread's alone. */
public final class TrustRuns {
    private TrustRuns() {}

    /**
     * Runs all.
     *
     * @param told of each outcome as soon as it is there
     * @return the outcomes in the order of the plans, however many threads there were
     */
    public static List<Outcome> all(List<TrustPlan> plans, Consumer<Outcome> told)
            throws InterruptedException {
        var outcomes = new ArrayList<Outcome>();
        try (var threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            var runs = new ExecutorCompletionService<Outcome>(threads);
            List<Future<Outcome>> started =
                    plans.stream()
                            .map(plan -> runs.submit(() -> TrustSimulation.run(plan)))
                            .toList();
            try {
                for (int i = 0; i < started.size(); i++) {
                    told.accept(runs.take().get());
                }
                for (Future<Outcome> run : started) {
                    outcomes.add(run.get());
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("a simulated run failed", e.getCause());
            } finally {
                started.forEach(run -> run.cancel(true));
            }
        }
        return outcomes;
    }
}
