package org.idlefleet.edge.diary;

import java.time.Instant;
import java.util.Optional;

/**
 * A time for which the node was parked, idle and willing.
 *
 * @param number rises from session to session
 * @param end when it ended; while it is open, when it was last heard of
 * @param reason why it ended; empty while it is open
 */
public record ParkSession(
        long number, Instant start, Instant end, Optional<String> reason, Usage usage) {}
