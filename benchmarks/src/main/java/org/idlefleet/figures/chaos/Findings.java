package org.idlefleet.figures.chaos;

import org.idlefleet.cli.fleet.Child;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What should not have happened. Thread-safe. */
final class Findings {
    /** So many characters of a long finding's beginning, and of its end, are told. */
    private static final int TOLD = 500;

    private final Map<Kind, Map<String, Integer>> found = new EnumMap<>(Kind.class);

    enum Kind {
        /** An answer that no client should get, or none while the coordinator was there. */
        ANSWERS("answers"),
        /** A text whose vector is not the one it had before, and no lie that its terms allow. */
        VECTORS("vectors"),
        /** A job that was accepted and is gone, failed, never ends or was accepted twice. */
        JOBS("jobs"),
        /** An honest owner who was voted down or convicted. */
        BLAMED("owners"),
        /** A ledger or a backup of it that does not balance, or can't be restored. */
        BOOKS("faults"),
        /** A process that ended by itself, or did not when it was told to, or did not come back. */
        PROCESSES("processes"),
        /** A line of a log that speaks of a fault of ours. */
        LOGS("lines");

        private final String unit;

        Kind(String unit) {
            this.unit = unit;
        }

        String unit() {
            return unit;
        }
    }

    /** The same again is only counted. */
    void add(Kind kind, String what) {
        String told =
                what.length() <= 2 * TOLD
                        ? what
                        : what.substring(0, TOLD) + " ... " + what.substring(what.length() - TOLD);
        synchronized (found) {
            int times =
                    found.computeIfAbsent(kind, _ -> new LinkedHashMap<>())
                            .merge(told, 1, Integer::sum);
            if (times == 1) {
                System.err.println(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + kind + ": " + told);
            }
        }
    }

    /** Waits for a process that has to end. */
    void unlessEnds(Child child, Duration limit, String why) {
        if (!child.await(limit)) {
            add(
                    Kind.PROCESSES,
                    child.name()
                            + " goes on "
                            + limit.toSeconds()
                            + " s after "
                            + why
                            + "; it said last:\n"
                            + child.tail());
        }
    }

    boolean any() {
        synchronized (found) {
            return !found.isEmpty();
        }
    }

    int count(Kind kind) {
        synchronized (found) {
            return found.getOrDefault(kind, Map.of()).values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
        }
    }
}
