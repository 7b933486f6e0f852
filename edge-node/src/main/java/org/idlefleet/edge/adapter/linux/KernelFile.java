package org.idlefleet.edge.adapter.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Small text files of sysfs and procfs; what can't be read counts as absent. */
final class KernelFile {
    private KernelFile() {}

    /** The file's text without surrounding space; empty if there is none. */
    static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    static OptionalDouble number(Path file) {
        String text = text(file);
        try {
            return text.isEmpty()
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    /**
     * Whether the device of a chip ({@code class/hwmon/hwmon*}) sleeps by runtime power management.
     * Asking its sensors would wake some devices, graphics cards among them.
     */
    static boolean sleeps(Path chip) {
        return text(chip.resolve("device/power/runtime_status")).equals("suspended");
    }

    /** What lies in a directory, by name; nothing if it can't be listed. */
    static List<Path> list(Path directory) {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
