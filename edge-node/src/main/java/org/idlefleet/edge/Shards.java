package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * The leases that a node holds: some compute, some wait. A lane stays taken until the engine says
 * that it stopped, even if the lease is long gone.
 */
final class Shards {
    /** Answered leases that are remembered, so that a repeated assignment is not run again. */
    static final int ANSWERED_MAX = 1024;

    private final SequencedMap<Lease, Assign> waiting = new LinkedHashMap<>();
    private final SequencedMap<Lease, Assign> computing = new LinkedHashMap<>();
    private final SequencedSet<Lease> stopping = new LinkedHashSet<>();
    private final SequencedSet<Lease> answered = new LinkedHashSet<>();

    /** Leases for which the coordinator waits. */
    int held() {
        return waiting.size() + computing.size();
    }

    int computing() {
        return computing.size();
    }

    /** Lanes that are not free. */
    int busyLanes() {
        return computing.size() + stopping.size();
    }

    /** Whether the lease is held, or was answered on this connection. */
    boolean knows(Lease lease) {
        return computing.containsKey(lease)
                || waiting.containsKey(lease)
                || answered.contains(lease);
    }

    /** Whether the engine still winds down an earlier run under this lease. */
    boolean stopping(Lease lease) {
        return stopping.contains(lease);
    }

    void queue(Assign shard) {
        waiting.put(shard.lease(), shard);
    }

    /** The next shard to compute, which takes a lane from now on; null if none waits. */
    @Nullable Assign start() {
        Map.Entry<Lease, Assign> next = waiting.pollFirstEntry();
        if (next == null) {
            return null;
        }
        computing.put(next.getKey(), next.getValue());
        return next.getValue();
    }

    /** The engine is done with the lease; returns the shard if an answer is still owed for it. */
    @Nullable Assign ended(Lease lease) {
        stopping.remove(lease);
        Assign shard = computing.remove(lease);
        if (shard != null) {
            remember(lease);
        }
        return shard;
    }

    /** The lease is no longer held; returns whether it computes and must be aborted. */
    boolean drop(Lease lease) {
        waiting.remove(lease);
        remember(lease);
        if (computing.remove(lease) == null) {
            return false;
        }
        stopping.add(lease);
        return true;
    }

    /** All leases held, those that compute first. */
    List<Lease> leases() {
        var leases = new ArrayList<>(computing.keySet());
        leases.addAll(waiting.keySet());
        return leases;
    }

    /** Leases held that do not compute yet. */
    List<Lease> waiting() {
        return List.copyOf(waiting.keySet());
    }

    void remember(Lease lease) {
        answered.add(lease);
        if (answered.size() > ANSWERED_MAX) {
            answered.removeFirst();
        }
    }

    /** A new connection: leases of the old one say nothing about those to come. */
    void forgetAnswered() {
        answered.clear();
    }
}
