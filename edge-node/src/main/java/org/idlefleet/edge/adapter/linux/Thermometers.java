package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * {@code /sys/class/thermal} and {@code /sys/class/hwmon}: the hottest sensor counts. A device that
 * sleeps is not asked: it is not hot, and asking would wake it.
 */
final class Thermometers {
    /** Outside of this range a sensor is broken or not connected, in °C. */
    private static final double MIN = -40;

    private static final double MAX = 150;

    private final Path sys;

    Thermometers(Path sys) {
        this.sys = sys;
    }

    /** Degrees Celsius; empty if there is no sensor that works. */
    OptionalDouble hottest() {
        Stream<Path> zones =
                KernelFile.list(sys.resolve("class/thermal")).stream()
                        .filter(path -> path.getFileName().toString().startsWith("thermal_zone"))
                        .map(path -> path.resolve("temp"));
        Stream<Path> chips =
                KernelFile.list(sys.resolve("class/hwmon")).stream()
                        .filter(chip -> !KernelFile.sleeps(chip))
                        .flatMap(chip -> KernelFile.list(chip).stream())
                        .filter(path -> path.getFileName().toString().matches("temp\\d+_input"));
        return Stream.concat(zones, chips)
                .map(KernelFile::number)
                .flatMapToDouble(milli ->
                        milli.isPresent()
                                ? DoubleStream.of(milli.getAsDouble() / 1000)
                                : DoubleStream.empty())
                .filter(celsius -> celsius > MIN && celsius < MAX)
                .max();
    }
}
