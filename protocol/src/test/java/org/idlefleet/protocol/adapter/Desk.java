package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An enrolment desk that keeps its tokens in memory. */
final class Desk implements EnrolmentDesk {
    private final Map<Digest, Entry> tokens = new ConcurrentHashMap<>();
    private final AtomicInteger nodes = new AtomicInteger();

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger renewed = new AtomicInteger();

    private record Entry(OwnerId owner, boolean expired, boolean used) {}

    void allow(EnrolmentToken token) {
        tokens.put(token.hash(), new Entry(token.owner(), false, false));
    }

    void expire(EnrolmentToken token) {
        tokens.put(token.hash(), new Entry(token.owner(), true, false));
    }

    /** How often a token was shown. */
    int asked() {
        return asked.get();
    }

    /** How often a certificate got the next one. */
    int renewed() {
        return renewed.get();
    }

    @Override
    public CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key) {
        asked.incrementAndGet();
        Entry entry = tokens.get(token);
        if (entry == null) {
            return refused("unknown token; ask for a new one");
        }
        if (entry.expired()) {
            return refused("the token has expired; ask for a new one");
        }
        if (entry.used()) {
            return refused("the token was used already; ask for a new one");
        }
        tokens.put(token, new Entry(entry.owner(), false, true));
        var node = new NodeId("node-" + nodes.incrementAndGet());
        return CompletableFuture.supplyAsync(
                () -> new EnrolmentAnswer.Granted(entry.owner(), node));
    }

    @Override
    public CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key) {
        renewed.incrementAndGet();
        return CompletableFuture.completedStage(new EnrolmentAnswer.Granted(owner, node));
    }

    private static CompletionStage<EnrolmentAnswer> refused(String reason) {
        return CompletableFuture.completedStage(new EnrolmentAnswer.Refused(reason));
    }
}
