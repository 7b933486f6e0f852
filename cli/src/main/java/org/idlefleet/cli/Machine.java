package org.idlefleet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** What a figure was measured on, in a line. */
final class Machine {
    private Machine() {}

    /** When, on which processor, with how much memory, under which system, load and Java. */
    static String describe() {
        return "%s | %d x %s | %s | %s %s | Java %s | load %s"
                .formatted(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        Runtime.getRuntime().availableProcessors(),
                        field("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
                        memory(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        Runtime.version(),
                        read("/proc/loadavg").split(" ")[0]);
    }

    private static String memory() {
        String kib = field("/proc/meminfo", "MemTotal", "").replaceAll("[^0-9]", "");
        return kib.isEmpty()
                ? "memory unknown"
                : String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(kib) / 1048576.0);
    }

    private static String field(String file, String name, String otherwise) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(otherwise);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "unknown";
        }
    }
}
