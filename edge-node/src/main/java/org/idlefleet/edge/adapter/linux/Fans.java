package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code /sys/class/hwmon/hwmon*}/{@code fan*_input}: the fastest fan counts, and one that can't
 * tell makes the answer unknown, since it may be the loud one. A device that sleeps (runtime power
 * management) turns no fan, and is not asked: asking wakes some of them. Names and units after the
 * kernel's {@code hwmon/sysfs-interface}.
 */
final class Fans {
    /** Faster than any fan; ThinkPads say 65535 for want of an answer. */
    private static final double RPM_MAX = 30_000;

    private final Path chips;
    private List<Path> inputs;

    Fans(Path sys) {
        this.chips = sys.resolve("class/hwmon");
        this.inputs = list();
    }

    /** Whether there is a fan whose speed can be asked for. */
    boolean any() {
        return !inputs.isEmpty();
    }

    /** Turns per minute; empty if there is no fan, or one of them does not tell. */
    OptionalDouble fastest() {
        if (inputs.isEmpty()) {
            inputs = list();
        }
        OptionalDouble fastest = OptionalDouble.empty();
        for (Path input : inputs) {
            OptionalDouble rpm = speed(input);
            if (rpm.isEmpty()) {
                // A driver that was loaded again may have given its chip another number.
                inputs = List.of();
                return rpm;
            }
            fastest = OptionalDouble.of(Math.max(rpm.getAsDouble(), fastest.orElse(0)));
        }
        return fastest;
    }

    private List<Path> list() {
        return KernelFile.list(chips).stream()
                .flatMap(chip -> KernelFile.list(chip).stream())
                .filter(file -> file.getFileName().toString().matches("fan\\d+_input"))
                .toList();
    }

    private static OptionalDouble speed(Path input) {
        if (KernelFile.sleeps(input.resolveSibling("."))) {
            return OptionalDouble.of(0);
        }
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
