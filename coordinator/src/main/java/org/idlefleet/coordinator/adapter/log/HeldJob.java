package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The bytes of one job that are in memory. Thread-safe; says how its weight changes. */
final class HeldJob {
    /** What an array costs beside its bytes. */
    private static final long ARRAY_BYTES = 32;

    private @Nullable List<byte[]> items;
    private Map<Lease, byte[]> outputs = Map.of();
    private TreeMap<Integer, Kept> kept = new TreeMap<>();
    private byte @Nullable [] claim;
    private boolean durable;

    static long weight(byte[] bytes) {
        return ARRAY_BYTES + bytes.length;
    }

    static long weight(List<byte[]> items) {
        long weight = 0;
        for (byte[] item : items) {
            weight += weight(item);
        }
        return weight;
    }

    /** The job outlives the process: kept results are in the file and need no memory. */
    synchronized void durable() {
        durable = true;
    }

    synchronized boolean isDurable() {
        return durable;
    }

    synchronized void admit(List<byte[]> all) {
        items = all;
    }

    synchronized @Nullable List<byte[]> items() {
        return items;
    }

    /** This job computes the items again for which somebody claims this result. */
    synchronized void audit(List<byte[]> all, byte[] claimed) {
        items = all;
        claim = claimed;
    }

    /** The part of the claim that is about these items. */
    synchronized Optional<byte[]> claim(int from, int to) {
        if (claim == null || items == null) {
            return Optional.empty();
        }
        int dimensions = EmbeddingOutput.dimensions(items.size(), claim.length);
        return Optional.of(EmbeddingOutput.read(claim, dimensions).slice(from, to).raw());
    }

    /** Returns what became free. */
    synchronized long dropItems() {
        long free = items == null ? 0 : weight(items);
        items = null;
        return free;
    }

    /** Returns by how much this became heavier. */
    synchronized long returned(Lease lease, byte[] output) {
        if (outputs.isEmpty()) {
            outputs = new HashMap<>(4);
        }
        byte[] before = outputs.put(lease, output);
        return weight(output) - (before == null ? 0 : weight(before));
    }

    synchronized byte @Nullable [] output(Lease lease) {
        return outputs.get(lease);
    }

    /** Returns what became free. */
    synchronized long drop(Lease lease) {
        byte[] output = outputs.isEmpty() ? null : outputs.remove(lease);
        return output == null ? 0 : weight(output);
    }

    /** The result answers these items; nothing if its bytes are not here. */
    synchronized void keep(Lease lease, int from, int to) {
        byte[] output = outputs.isEmpty() ? null : outputs.remove(lease);
        if (output != null) {
            kept.put(from, new Kept(from, to, output));
        }
    }

    synchronized List<Kept> kept() {
        return new ArrayList<>(kept.values());
    }

    synchronized boolean isEmpty() {
        return items == null && outputs.isEmpty() && kept.isEmpty();
    }

    synchronized long weight() {
        long weight = items == null ? 0 : weight(items);
        weight += claim == null ? 0 : weight(claim);
        for (byte[] output : outputs.values()) {
            weight += weight(output);
        }
        for (Kept result : kept.values()) {
            weight += weight(result.output());
        }
        return weight;
    }
}
