package org.idlefleet.edge.adapter.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Small text files of sysfs and procfs; what can't be read counts as absent. They are read all day
 * by a daemon whose code is hardly ever compiled, so the JDK's shortest ways are taken here.
 */
final class KernelFile {
    /** Longer files, such as {@code /proc/stat}, are read to here. */
    static final int BYTES_MAX = 4096;

    private KernelFile() {}

    /** The file's text without surrounding space; empty if there is none. */
    static String text(Path file) {
        try (InputStream in = new FileInputStream(file.toString())) {
            byte[] bytes = new byte[BYTES_MAX];
            return text(bytes, in.read(bytes));
        } catch (IOException e) {
            return "";
        }
    }

    static String text(byte[] bytes, int length) {
        return new String(bytes, 0, Math.max(0, length), StandardCharsets.ISO_8859_1).strip();
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
        String[] names = directory.toFile().list();
        if (names == null) {
            return List.of();
        }
        Arrays.sort(names);
        return Arrays.stream(names).map(directory::resolve).toList();
    }
}
