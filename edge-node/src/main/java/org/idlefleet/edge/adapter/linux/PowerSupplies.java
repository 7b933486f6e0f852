package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code /sys/class/power_supply}: chargers and batteries of the device itself. A supply with scope
 * {@code Device} belongs to a mouse or headset and is left out; a device without any battery is on
 * mains.
 */
final class PowerSupplies {
    /** What one look finds; an empty value is one that the kernel does not know. */
    record State(
            Optional<Boolean> mains,
            boolean battery,
            OptionalDouble level,
            Optional<Boolean> discharging,
            OptionalDouble temperature) {}

    private final Path root;
    private final Map<Path, String> lasting = new HashMap<>();

    PowerSupplies(Path sys) {
        this.root = sys.resolve("class/power_supply");
    }

    State read() {
        var batteries = new ArrayList<Path>();
        var chargers = new ArrayList<Path>();
        List<Path> supplies = KernelFile.list(root);
        lasting.keySet().retainAll(supplies);
        for (Path supply : supplies) {
            switch (kind(supply)) {
                case "Battery" -> {
                    if (!KernelFile.text(supply.resolve("present")).equals("0")) {
                        batteries.add(supply);
                    }
                }
                case "Mains", "USB", "Wireless" -> chargers.add(supply);
                default -> {}
            }
        }
        if (batteries.isEmpty()) {
            return new State(
                    Optional.of(true),
                    false,
                    OptionalDouble.empty(),
                    Optional.of(false),
                    OptionalDouble.empty());
        }
        Optional<Boolean> discharging = discharging(batteries);
        return new State(
                mains(chargers, discharging),
                true,
                lowest(batteries),
                discharging,
                hottest(batteries));
    }

    /** The supply's type; one that is not the device's own has none. */
    private String kind(Path supply) {
        String known = lasting.get(supply);
        if (known != null) {
            return known;
        }
        boolean foreign = KernelFile.text(supply.resolve("scope")).equals("Device");
        String type = foreign ? "" : KernelFile.text(supply.resolve("type"));
        // What is plugged into a socket may be another charger the next time.
        if (foreign || type.equals("Battery")) {
            lasting.put(supply, type);
        }
        return type;
    }

    private static Optional<Boolean> mains(List<Path> chargers, Optional<Boolean> discharging) {
        boolean told = false;
        for (Path charger : chargers) {
            OptionalDouble online = KernelFile.number(charger.resolve("online"));
            if (online.isPresent() && online.getAsDouble() > 0) {
                return Optional.of(true);
            }
            told |= online.isPresent();
        }
        // A phone or a car may show its battery only: then what does not discharge is plugged in.
        return told ? Optional.of(false) : discharging.map(yes -> !yes);
    }

    /** Yes if any does; unknown if one does not say. */
    private static Optional<Boolean> discharging(List<Path> batteries) {
        Optional<Boolean> answer = Optional.of(false);
        for (Path battery : batteries) {
            switch (KernelFile.text(battery.resolve("status"))) {
                case "Discharging" -> {
                    return Optional.of(true);
                }
                case "Charging", "Full", "Not charging" -> {}
                default -> answer = Optional.empty();
            }
        }
        return answer;
    }

    private static OptionalDouble lowest(List<Path> batteries) {
        double lowest = Double.MAX_VALUE;
        for (Path battery : batteries) {
            OptionalDouble level = KernelFile.number(battery.resolve("capacity"));
            if (level.isEmpty() || level.getAsDouble() < 0 || level.getAsDouble() > 100) {
                return OptionalDouble.empty();
            }
            lowest = Math.min(lowest, level.getAsDouble());
        }
        return OptionalDouble.of(lowest);
    }

    private static OptionalDouble hottest(List<Path> batteries) {
        return batteries.stream()
                .map(battery -> KernelFile.number(battery.resolve("temp")))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(tenths -> tenths.getAsDouble() / 10)
                .max();
    }
}
