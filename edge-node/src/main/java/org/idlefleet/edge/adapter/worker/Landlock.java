package org.idlefleet.edge.adapter.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Landlock: rules on files that a process lays upon itself ({@code linux/landlock.h}). */
final class Landlock {
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long TRUNCATE = 1 << 14;
    private static final long IOCTL_DEV = 1 << 15;

    /** What is a right on a file; the others speak of folders. */
    private static final long ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

    /** Rights on files by version of the interface: 1 has 13, later ones each add some. */
    private static final int[] RIGHTS = {0, 13, 14, 15, 15, 16};

    private static final long TCP = 3;
    private static final long ABSTRACT_SOCKETS_AND_SIGNALS = 3;
    private static final int TCP_SINCE = 4;
    private static final int SCOPES_SINCE = 6;

    private Landlock() {}

    /** The version of the interface that this kernel has; 0 if it has none. */
    static int version() {
        return (int) Math.max(0, Kernel.landlockCreate(0, 0, 1));
    }

    /**
     * From now on the caller's thread, and what it starts, may only read below {@code read} and
     * read and write below {@code write}; false if the kernel refused.
     *
     * @param read files or folders that are there
     */
    static boolean allow(List<Path> read, List<Path> write) {
        int version = version();
        if (version == 0) {
            return false;
        }
        long handled = (1L << RIGHTS[Math.min(version, RIGHTS.length - 1)]) - 1;
        try (var arena = Arena.ofConfined()) {
            MemorySegment rules = arena.allocate(24, 8);
            rules.set(ValueLayout.JAVA_LONG, 0, handled);
            long size = 8;
            if (version >= TCP_SINCE) {
                rules.set(ValueLayout.JAVA_LONG, 8, TCP);
                size = 16;
            }
            if (version >= SCOPES_SINCE) {
                rules.set(ValueLayout.JAVA_LONG, 16, ABSTRACT_SOCKETS_AND_SIGNALS);
                size = 24;
            }
            int ruleset = (int) Kernel.landlockCreate(rules.address(), size, 0);
            if (ruleset < 0) {
                return false;
            }
            boolean all = true;
            for (Path path : read) {
                all &= add(arena, ruleset, path, handled & (READ_FILE | READ_DIR));
            }
            for (Path path : write) {
                all &= add(arena, ruleset, path, handled);
            }
            boolean entered =
                    all && Kernel.noNewPrivileges() >= 0 && Kernel.landlockEnter(ruleset) >= 0;
            Kernel.close(ruleset);
            return entered;
        }
    }

    private static boolean add(Arena arena, int ruleset, Path path, long rights) {
        int file = Kernel.openPath(path);
        if (file < 0) {
            return true; // It is gone or out of reach, so there is nothing to allow.
        }
        // A packed structure of a long and an int.
        MemorySegment rule = arena.allocate(12, 8);
        long allowed = Files.isDirectory(path) ? rights : rights & ON_FILES;
        rule.set(ValueLayout.JAVA_LONG, 0, allowed);
        rule.set(ValueLayout.JAVA_INT, 8, file);
        boolean added = Kernel.landlockAdd(ruleset, rule.address()) >= 0;
        Kernel.close(file);
        return added;
    }
}
