package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalDouble;

/**
 * {@code /sys/class/hwmon/hwmon*}/{@code fan*_input}: the fastest fan counts, and one that can't
 * tell makes the answer unknown, since it may be the loud one. A device that sleeps (runtime power
 * management) turns no fan, and is not asked.
 */
final class Fans {
    /** Faster than any fan; ThinkPads say 65535 for want of an answer. */
    private static final double RPM_MAX = 30_000;

    private final Listed<Chip> chips;

    Fans(Path sys) {
        this.chips = new Listed<>(() -> Chip.of(sys, "fan"));
    }

    /** Whether there is a fan whose speed can be asked for. */
    boolean any(Instant now) {
        return !chips.at(now).isEmpty();
    }

    /**
     * Turns per minute; empty if there is no fan, or one of them does not tell. Time never goes
     * back.
     */
    OptionalDouble fastest(Instant now) {
        OptionalDouble fastest = OptionalDouble.empty();
        for (Chip chip : chips.at(now)) {
            boolean sleeps = chip.sleeps();
            for (Path input : chip.inputs()) {
                OptionalDouble rpm = sleeps ? OptionalDouble.of(0) : speed(input);
                if (rpm.isEmpty()) {
                    // A driver that was loaded again may have given its chip another number.
                    chips.forget();
                    return rpm;
                }
                fastest = OptionalDouble.of(Math.max(rpm.getAsDouble(), fastest.orElse(0)));
            }
        }
        return fastest;
    }

    private static OptionalDouble speed(Path input) {
        String name = input.getFileName().toString();
        Path fault = input.resolveSibling(name.replace("_input", "_fault"));
        if (KernelFile.number(fault).orElse(0) != 0) {
            return OptionalDouble.empty();
        }
        OptionalDouble rpm = KernelFile.number(input);
        boolean sane = rpm.isPresent() && rpm.getAsDouble() >= 0 && rpm.getAsDouble() <= RPM_MAX;
        return sane ? rpm : OptionalDouble.empty();
    }
}
