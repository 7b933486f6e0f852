package org.idlefleet.edge.adapter.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A chip of {@code class/hwmon} with sensors of one kind. Names and units after the kernel's {@code
 * hwmon/sysfs-interface}.
 *
 * @param inputs the sensors' files, such as {@code temp1_input}
 * @param maySleep whether its device has runtime power management
 */
record Chip(Path directory, List<Path> inputs, boolean maySleep) {
    /** A device that sleeps must not be asked: asking wakes some of them. */
    boolean sleeps() {
        return maySleep && KernelFile.sleeps(directory);
    }

    /**
     * All that have such sensors.
     *
     * @param kind {@code temp} or {@code fan}
     */
    static List<Chip> of(Path sys, String kind) {
        var chips = new ArrayList<Chip>();
        for (Path chip : KernelFile.list(sys.resolve("class/hwmon"))) {
            List<Path> inputs =
                    KernelFile.list(chip).stream()
                            .filter(file -> isInput(file.getFileName().toString(), kind))
                            .toList();
            if (!inputs.isEmpty()) {
                boolean maySleep = Files.exists(chip.resolve("device/power/runtime_status"));
                chips.add(new Chip(chip, inputs, maySleep));
            }
        }
        return chips;
    }

    private static boolean isInput(String name, String kind) {
        return name.startsWith(kind)
                && name.endsWith("_input")
                && name.substring(kind.length(), name.length() - "_input".length())
                        .chars()
                        .allMatch(Character::isDigit);
    }
}
