package org.idlefleet.edge.adapter.ledger;

import org.idlefleet.protocol.NodeMessage.AskEntries;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Draws the promised payments that a node asks its coordinator to prove: by lot, so that nobody can
 * know which it will be. What was not answered is asked for again, beside others, because the
 * coordinator looks older payments up once a minute. One thread.
 */
final class ProofLot {
    /** So many of those asked for are ones that were asked for before. */
    private static final int AGAIN_MAX = AskEntries.ASKED_MAX * 3 / 4;

    /** Without an answer, so long the same are asked for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What was not answered for so long was asked for in vain. */
    private static final Duration IN_VAIN = Duration.ofMinutes(3);

    /** If nothing was drawn for so long there was no coordinator to answer. */
    private static final Duration AWAY = Duration.ofMinutes(10);

    private final RandomGenerator random = new SecureRandom();

    /** What is not answered, and since when it is asked for. */
    private final Map<String, Instant> asked = new HashMap<>();

    private final Set<String> drawn = new LinkedHashSet<>();
    private Instant drawAgainAt = Instant.EPOCH;
    private Instant drewAt = Instant.EPOCH;

    /** What to ask for with the next heartbeat. */
    List<String> draw(Supplier<List<String>> provable, Instant now) {
        if (drewAt.plus(AWAY).isBefore(now)) {
            asked.clear();
        }
        drewAt = now;
        if (drawn.isEmpty() || !now.isBefore(drawAgainAt)) {
            drawn.clear();
            add(asked.keySet(), AGAIN_MAX);
            add(provable.get(), AskEntries.ASKED_MAX);
            drawn.forEach(payment -> asked.putIfAbsent(payment, now));
            drawAgainAt = now.plus(PATIENCE);
        }
        return List.copyOf(drawn);
    }

    private void add(Collection<String> payments, int most) {
        var left = new ArrayList<String>(payments);
        while (drawn.size() < most && !left.isEmpty()) {
            drawn.add(left.set(random.nextInt(left.size()), left.getLast()));
            left.removeLast();
        }
    }

    /** The coordinator has answered as far as it can now: others are drawn. */
    void answered() {
        drawAgainAt = Instant.EPOCH;
    }

    /** It is proven, or let go of. */
    void remove(String payment) {
        asked.remove(payment);
        drawn.remove(payment);
    }

    /** What was asked for for minutes and is not answered. */
    List<String> inVain(Instant now) {
        return asked.entrySet().stream()
                .filter(payment -> !payment.getValue().plus(IN_VAIN).isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }
}
