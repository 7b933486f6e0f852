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
 */
public record EngineOptions(String provider, SortedMap<String, String> options, int threads) {
    /** The processor, one thread a run. */
    public static final EngineOptions CPU = new EngineOptions("cpu", new TreeMap<>(), 1);

    public EngineOptions {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        if (threads < 1) {
            throw new IllegalArgumentException("a run has 1 thread at least, found " + threads);
        }
    }

    /** The same with another number of threads. */
    public EngineOptions withThreads(int count) {
        return new EngineOptions(provider, options, count);
    }
}
