package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the device itself measures of its energy, as the kernel tells it: the battery's power while
 * it discharges; else RAPL ({@code /sys/class/powercap}), the whole platform's zone if there is one
 * or the processors' packages and memory, and with them graphics cards that tell by {@code hwmon}.
 * A card that sleeps draws nothing and is not asked: asking would wake it. Each counts all that its
 * part of the device draws, whoever uses it. Most systems let only root read RAPL. Not thread-safe.
 */
public final class EnergySensors {
    private static final List<String> CARDS = List.of("amdgpu", "i915", "xe", "nouveau");

    private final Path sys;
    private final Map<Path, Double> counters = new LinkedHashMap<>();
    private long lookedNanos;
    private boolean looked;

    /**
     * @param sys the kernel's sysfs
     */
    public EnergySensors(Path sys) {
        this.sys = sys;
    }

    /**
     * Joules drawn since the last call; empty at the first one, and where no sensor tells.
     *
     * @param upNanos when this is asked, by a clock that neither sleeps on nor is set
     */
    public OptionalDouble joules(long upNanos) {
        double seconds = (upNanos - lookedNanos) / 1e9;
        boolean first = !looked;
        looked = true;
        lookedNanos = upNanos;
        var parts = new ArrayList<OptionalDouble>();
        OptionalDouble battery = battery();
        if (battery.isPresent()) {
            counters.clear();
            parts.add(OptionalDouble.of(battery.getAsDouble() * seconds));
        } else if (!platform(parts)) {
            packages(parts);
            cards(parts, seconds);
        }
        return first || parts.isEmpty() || parts.stream().anyMatch(OptionalDouble::isEmpty)
                ? OptionalDouble.empty()
                : OptionalDouble.of(parts.stream().mapToDouble(OptionalDouble::getAsDouble).sum());
    }

    /** Nobody wants to know for a while; the next look is a first one. */
    public void rest() {
        looked = false;
        counters.clear();
    }

    /** Watts that all batteries give together; empty unless each that discharges tells. */
    private OptionalDouble battery() {
        double watts = 0;
        boolean any = false;
        for (Path supply : KernelFile.list(sys.resolve("class/power_supply"))) {
            if (KernelFile.text(supply.resolve("type")).equals("Battery")
                    && !KernelFile.text(supply.resolve("scope")).equals("Device")
                    && KernelFile.text(supply.resolve("status")).equals("Discharging")) {
                OptionalDouble power = KernelFile.number(supply.resolve("power_now"));
                OptionalDouble current = KernelFile.number(supply.resolve("current_now"));
                OptionalDouble voltage = KernelFile.number(supply.resolve("voltage_now"));
                if (power.isPresent()) {
                    watts += Math.abs(power.getAsDouble()) / 1e6;
                } else if (current.isPresent() && voltage.isPresent()) {
                    watts += Math.abs(current.getAsDouble()) * voltage.getAsDouble() / 1e12;
                } else {
                    return OptionalDouble.empty();
                }
                any = true;
            }
        }
        return any ? OptionalDouble.of(watts) : OptionalDouble.empty();
    }

    private boolean platform(List<OptionalDouble> parts) {
        for (Path zone : zones()) {
            if (KernelFile.text(zone.resolve("name")).equals("psys")
                    && KernelFile.number(zone.resolve("energy_uj")).isPresent()) {
                parts.add(counted(zone, "energy_uj", "max_energy_range_uj"));
                return true;
            }
        }
        return false;
    }

    private void packages(List<OptionalDouble> parts) {
        for (Path zone : zones()) {
            String name = KernelFile.text(zone.resolve("name"));
            if ((name.startsWith("package") || name.equals("dram"))
                    && KernelFile.number(zone.resolve("energy_uj")).isPresent()) {
                parts.add(counted(zone, "energy_uj", "max_energy_range_uj"));
            }
        }
    }

    private void cards(List<OptionalDouble> parts, double seconds) {
        for (Path card : KernelFile.list(sys.resolve("class/hwmon"))) {
            if (!CARDS.contains(KernelFile.text(card.resolve("name")))) {
                continue;
            }
            if (KernelFile.sleeps(card)) {
                parts.add(OptionalDouble.of(0));
                continue;
            }
            if (KernelFile.number(card.resolve("energy1_input")).isPresent()) {
                parts.add(counted(card, "energy1_input", ""));
                continue;
            }
            OptionalDouble average = KernelFile.number(card.resolve("power1_average"));
            OptionalDouble microwatts =
                    average.isPresent() ? average : KernelFile.number(card.resolve("power1_input"));
            if (microwatts.isPresent()) {
                parts.add(OptionalDouble.of(microwatts.getAsDouble() / 1e6 * seconds));
            }
        }
    }

    /** Zones such as {@code intel-rapl:0} and {@code intel-rapl:0:1}. */
    private List<Path> zones() {
        return KernelFile.list(sys.resolve("class/powercap")).stream()
                .filter(zone -> zone.getFileName().toString().startsWith("intel-rapl:"))
                .toList();
    }

    /** What a counter of microjoules grew by; it starts over at its range. */
    private OptionalDouble counted(Path sensor, String name, String range) {
        double now = KernelFile.number(sensor.resolve(name)).orElse(0);
        Double before = counters.put(sensor, now);
        if (before == null) {
            return OptionalDouble.empty();
        }
        double wrap = range.isEmpty() ? 0 : KernelFile.number(sensor.resolve(range)).orElse(0);
        double grown = now >= before ? now - before : now + wrap - before;
        return grown < 0 ? OptionalDouble.empty() : OptionalDouble.of(grown / 1e6);
    }
}
