package org.idlefleet.edge.adapter.worker;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the kernel lets a worker do once it has its connections: no network, no other process, no
 * file but those of models. Entered before the first model is loaded, and never left. Needs no
 * privilege.
 *
 * <p>The filter of system calls holds for every thread. Landlock's rules on files hold for the
 * caller's thread and all that it starts, which are those that compute; the threads that the JVM
 * began with stay outside of them.
 */
final class Sandbox {
    /** What a JVM and ONNX Runtime read while they run. */
    private static final List<String> SYSTEM =
            List.of(
                    "/usr/lib",
                    "/usr/lib64",
                    "/lib",
                    "/lib64",
                    "/usr/share/zoneinfo",
                    "/etc/ld.so.cache",
                    "/etc/localtime",
                    "/proc/self",
                    "/proc/cpuinfo",
                    "/proc/meminfo",
                    "/proc/stat",
                    "/sys/devices/system",
                    "/sys/fs/cgroup",
                    "/dev/null",
                    "/dev/random",
                    "/dev/urandom");

    /** What drivers of accelerators want beside it. */
    private static final List<String> DRIVERS = List.of("/etc", "/opt", "/proc", "/sys");

    /** How much of it there has to be. */
    enum Mode {
        /** As much as the kernel has. */
        AUTO,
        /** All of it, or no worker. */
        REQUIRE,
        /** None. */
        OFF
    }

    /**
     * What came of it.
     *
     * @param network whether sockets are refused
     * @param files whether files are refused
     * @param text for people
     */
    record Walls(boolean network, boolean files, String text) {
        boolean whole() {
            return network && files;
        }
    }

    private Sandbox() {}

    /**
     * Shuts the caller's process in, tries to get out, and says what holds.
     *
     * @param readable folders that may be read: the models
     * @param accelerator whether a driver has to open devices
     * @throws IOException if {@code mode} requires more than there is
     */
    static Walls enter(Mode mode, List<Path> readable, boolean accelerator) throws IOException {
        if (mode == Mode.OFF) {
            return new Walls(false, false, "off by engine.sandbox");
        }
        if (!Kernel.present()) {
            return needed(mode, new Walls(false, false, "this system has none"));
        }
        boolean files = confineFiles(readable, accelerator);
        boolean network = Syscalls.refuse();
        return needed(mode, new Walls(network, files, text(network, files)));
    }

    private static String text(boolean network, boolean files) {
        return (network
                        ? "no network and no other process (seccomp)"
                        : "THE NETWORK IS OPEN: this kernel refuses seccomp filters")
                + "; "
                + (files
                        ? "no files but models, read-only (Landlock)"
                        : "FILES ARE OPEN: this kernel has no Landlock");
    }

    private static Walls needed(Mode mode, Walls walls) throws IOException {
        if (mode == Mode.REQUIRE && !walls.whole()) {
            throw new IOException(
                    "engine.sandbox is 'require', but "
                            + walls.text()
                            + "; 'auto' goes on with what there is");
        }
        return walls;
    }

    /** Whether files are refused from now on; proved by one that is. */
    private static boolean confineFiles(List<Path> readable, boolean accelerator) {
        var read = new ArrayList<Path>(readable);
        SYSTEM.forEach(path -> read.add(Path.of(path)));
        if (accelerator) {
            DRIVERS.forEach(path -> read.add(Path.of(path)));
        }
        read.add(Path.of(System.getProperty("java.home")));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            read.add(Path.of(entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry));
        }
        List<Path> write = accelerator ? List.of(Path.of("/dev")) : List.of();
        return Landlock.allow(read.stream().filter(Files::exists).toList(), write)
                && Kernel.openToRead(Path.of("/")) < 0;
    }

    /** The mode of that name, as the configuration writes it. */
    static Mode mode(String word) {
        return Mode.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
