package org.idlefleet.simulator.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs side by side, as many as there are processors; each is one thread's alone. */
public final class TrustRuns {
    private TrustRuns() {}

    /**
     * Runs all.
     *
     * @param told of each outcome in the order of the plans, as soon as it is there
     * @return the outcomes in the order of the plans
     */
    public static List<Outcome> all(List<TrustPlan> plans, Consumer<Outcome> told)
            throws InterruptedException {
        var outcomes = new ArrayList<Outcome>();
        try (var threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<Outcome>> runs =
                    plans.stream()
                            .map(plan -> threads.submit(() -> TrustSimulation.run(plan)))
                            .toList();
            try {
                for (Future<Outcome> run : runs) {
                    Outcome outcome = run.get();
                    told.accept(outcome);
                    outcomes.add(outcome);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("a simulated run failed", e.getCause());
            } finally {
                runs.forEach(run -> run.cancel(true));
            }
        }
        return outcomes;
    }
}
