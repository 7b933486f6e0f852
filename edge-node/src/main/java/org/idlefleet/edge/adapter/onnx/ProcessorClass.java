package org.idlefleet.edge.adapter.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The class of a processor: those of one class take the same code paths in ONNX Runtime. */
final class ProcessorClass {
    private ProcessorClass() {}

    /** The class of this machine's processor. */
    static String here() {
        return of(System.getProperty("os.arch", ""), Path.of("/proc/cpuinfo"));
    }

    /**
     * @param architecture as Java names it, such as {@code amd64}
     * @param cpuinfo the kernel's list of processors; may be missing
     */
    static String of(String architecture, Path cpuinfo) {
        Set<String> flags = flags(cpuinfo);
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> x86(flags);
            case "aarch64", "arm64" -> arm(flags);
            default -> architecture.isEmpty() ? "unknown" : architecture;
        };
    }

    private static String x86(Set<String> flags) {
        if (flags.isEmpty()) {
            return "x86-unknown";
        }
        if (flags.contains("avx512_vnni") || flags.contains("avx_vnni")) {
            return flags.contains("amx_int8") ? "x86-amx" : "x86-vnni";
        }
        if (flags.contains("avx512f")) {
            return "x86-avx512";
        }
        return flags.contains("avx2") ? "x86-avx2" : "x86-noavx2";
    }

    private static String arm(Set<String> flags) {
        if (flags.isEmpty()) {
            return "arm-unknown";
        }
        if (flags.contains("i8mm")) {
            return "arm-i8mm";
        }
        return flags.contains("asimddp") ? "arm-dotprod" : "arm-neon";
    }

    private static Set<String> flags(Path cpuinfo) {
        try {
            for (String line : Files.readAllLines(cpuinfo)) {
                int colon = line.indexOf(':');
                if (colon > 0
                        && List.of("flags", "Features")
                                .contains(line.substring(0, colon).strip())) {
                    return Set.copyOf(List.of(line.substring(colon + 1).strip().split("\\s+")));
                }
            }
        } catch (IOException e) {
            return Set.of();
        }
        return Set.of();
    }
}
