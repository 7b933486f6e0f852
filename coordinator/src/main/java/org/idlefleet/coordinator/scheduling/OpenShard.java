package org.idlefleet.coordinator.scheduling;

import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A carved part of a job that has no verdict yet: items {@code from} up to {@code to}. */
public final class OpenShard {
    private final int index;
    private final int from;
    private final int to;
    private final List<Replica> running = new ArrayList<>(2);
    private final List<OwnerId> answered = new ArrayList<>(2);
    private int attempts;
    private int wanted;
    private boolean hedged;
    private boolean forTrusted;

    OpenShard(int index, int from, int to, int wanted) {
        this.index = index;
        this.from = from;
        this.to = to;
        this.wanted = wanted;
    }

    /** The shard at one node. */
    public record Replica(Lease lease, long session, NodeId node, OwnerId owner) {}

    public int index() {
        return index;
    }

    public int from() {
        return from;
    }

    public int to() {
        return to;
    }

    /** Replicas that somebody works on. */
    public List<Replica> running() {
        return running;
    }

    public Optional<Replica> running(Lease lease) {
        for (Replica replica : running) {
            if (replica.lease().equals(lease)) {
                return Optional.of(replica);
            }
        }
        return Optional.empty();
    }

    /** Replicas placed so far; the next one has this number. */
    public int attempts() {
        return attempts;
    }

    /** Replicas still to be placed. */
    public int wanted() {
        return wanted;
    }

    public boolean hedged() {
        return hedged;
    }

    /**
     * Whether a trusted owner shall run it: on an audit because only its word decides, on other
     * work because others could not judge each other's results.
     */
    public boolean forTrusted() {
        return forTrusted;
    }

    /** Whether no one has this shard or had a say in it, so that it can be carved anew. */
    boolean untouched() {
        return running.isEmpty() && answered.isEmpty();
    }

    /** Whether the owner may run it: nobody has two votes on a shard. */
    public boolean admits(OwnerId owner) {
        if (answered.contains(owner)) {
            return false;
        }
        for (Replica replica : running) {
            if (replica.owner().equals(owner)) {
                return false;
            }
        }
        return true;
    }

    void place(Replica replica) {
        running.add(replica);
        attempts = Math.max(attempts, replica.lease().attempt() + 1);
        wanted--;
    }

    void want(int more) {
        wanted += more;
    }

    void wantTrusted() {
        forTrusted = true;
    }

    void hedge() {
        hedged = true;
        wanted++;
    }

    boolean withdraw(Lease lease) {
        return running.removeIf(replica -> replica.lease().equals(lease));
    }

    void answer(Lease lease, OwnerId owner) {
        withdraw(lease);
        answered.add(owner);
        attempts = Math.max(attempts, lease.attempt() + 1);
    }
}
