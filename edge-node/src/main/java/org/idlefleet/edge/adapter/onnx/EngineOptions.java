package org.idlefleet.edge.adapter.onnx;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How ONNX Runtime shall run.
 *
 * @param provider an execution provider's name, see {@link Provider}, or {@code auto}
 * @param options what the provider itself takes, by its own names; {@code device} is the device's
 *     number or name
 * @param threads threads that one run computes with
 * @param optimise whether the runtime may rewrite the graph for speed. Nodes do; without it the
 *     same model computes in another order, which shows how much of a result is rounding.
 */
public record EngineOptions(
        String provider, SortedMap<String, String> options, int threads, boolean optimise) {
    /** The processor, one thread a run. */
    public static final EngineOptions CPU = new EngineOptions("cpu", new TreeMap<>(), 1);

    public EngineOptions {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        if (threads < 1) {
            throw new IllegalArgumentException("a run has 1 thread at least, found " + threads);
        }
    }

    /** With the graph rewritten for speed, as nodes run it. */
    public EngineOptions(String provider, SortedMap<String, String> options, int threads) {
        this(provider, options, threads, true);
    }

    /** The same with another number of threads. */
    public EngineOptions withThreads(int count) {
        return new EngineOptions(provider, options, count, optimise);
    }

    /** The same with the graph run just as it was written. */
    public EngineOptions plain() {
        return new EngineOptions(provider, options, threads, false);
    }
}
