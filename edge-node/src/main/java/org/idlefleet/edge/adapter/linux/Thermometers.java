package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code /sys/class/thermal} and {@code /sys/class/hwmon}: the hottest sensor counts. A device that
 * sleeps is not asked: it is not hot, and asking would wake it.
 */
final class Thermometers {
    /** Outside of this range a sensor is broken or not connected, in °C. */
    private static final double MIN = -40;

    private static final double MAX = 150;

    private final Listed<Path> zones;
    private final Listed<Chip> chips;

    Thermometers(Path sys) {
        this.zones = new Listed<>(() -> zones(sys));
        this.chips = new Listed<>(() -> Chip.of(sys, "temp"));
    }

    /** Degrees Celsius; empty if there is no sensor that works. Time never goes back. */
    OptionalDouble hottest(Instant now) {
        OptionalDouble hottest = OptionalDouble.empty();
        for (Path zone : zones.at(now)) {
            hottest = hotter(hottest, zone);
        }
        for (Chip chip : chips.at(now)) {
            if (!chip.sleeps()) {
                for (Path input : chip.inputs()) {
                    hottest = hotter(hottest, input);
                }
            }
        }
        return hottest;
    }

    private static OptionalDouble hotter(OptionalDouble hottest, Path sensor) {
        OptionalDouble milli = KernelFile.number(sensor);
        double celsius = milli.orElse(Double.NaN) / 1000;
        return celsius > MIN && celsius < MAX
                ? OptionalDouble.of(Math.max(hottest.orElse(MIN), celsius))
                : hottest;
    }

    private static List<Path> zones(Path sys) {
        return KernelFile.list(sys.resolve("class/thermal")).stream()
                .filter(path -> path.getFileName().toString().startsWith("thermal_zone"))
                .map(path -> path.resolve("temp"))
                .toList();
    }
}
