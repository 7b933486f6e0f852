package org.idlefleet.edge.adapter.worker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A control group (version 2) for one worker below the daemon's own: freezes and kills whatever
 * runs in it, and caps processor and memory where the system hands those controllers on. Where no
 * group can be made it does nothing, and signals do the work alone.
 */
final class ControlGroup {
    /** No group. */
    static final ControlGroup NONE = new ControlGroup(null, -1, -1);

    private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);
    private static final String PREFIX = "idlefleet-worker-";
    private static final long PERIOD_MICROS = 100_000;
    private static final MemorySegment ONE = Arena.global().allocateFrom("1");

    private final @Nullable Path directory;
    private final int freeze;
    private final int kill;

    private ControlGroup(@Nullable Path directory, int freeze, int kill) {
        this.directory = directory;
        this.freeze = freeze;
        this.kill = kill;
    }

    /**
     * What a worker may take.
     *
     * @param processors how many of them, at most
     * @param memoryBytes with everything the process holds
     */
    record Caps(int processors, long memoryBytes) {}

    /** The daemon's own group, if this system has version 2 and the group is ours to divide. */
    static Optional<Path> parent(Path proc) {
        try {
            Optional<String> own =
                    Files.readAllLines(proc.resolve("self/cgroup")).stream()
                            .filter(line -> line.startsWith("0::"))
                            .map(line -> line.substring("0::".length()))
                            .findFirst();
            Optional<Path> mount =
                    Files.readAllLines(proc.resolve("self/mountinfo")).stream()
                            .filter(line -> line.contains(" - cgroup2 "))
                            .map(line -> Path.of(line.split(" ")[4]))
                            .findFirst();
            return own.flatMap(path -> mount.map(at -> at.resolve(path.substring(1))))
                    .filter(at -> Files.isWritable(at.resolve("cgroup.procs")));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Makes a group below {@code parent}, puts the process into it and caps it. */
    static ControlGroup around(Process process, Path parent, Caps caps) {
        Path group = parent.resolve(PREFIX + process.pid());
        try {
            sweep(parent);
            handOn(parent);
            // It may be there already: the number of a worker whose group was left behind is given
            // anew.
            Files.createDirectories(group);
            write(group, "cgroup.procs", Long.toString(process.pid()));
        } catch (IOException e) {
            LOG.info("no control group for the worker: {}", e.toString());
            remove(group);
            return NONE;
        }
        cap(group, caps);
        return new ControlGroup(
                group,
                Kernel.open(group.resolve("cgroup.freeze")),
                Kernel.open(group.resolve("cgroup.kill")));
    }

    /** Asks for the controllers; a group that has processes of its own can't hand them on. */
    private static void handOn(Path parent) {
        for (String controller : List.of("+cpu", "+memory")) {
            try {
                write(parent, "cgroup.subtree_control", controller);
            } catch (IOException e) {
                LOG.debug("{} is not handed on: {}", controller, e.toString());
            }
        }
    }

    private static void cap(Path group, Caps caps) {
        tryCap(group, "cpu.max", caps.processors() * PERIOD_MICROS + " " + PERIOD_MICROS);
        tryCap(group, "cpu.weight", "1");
        tryCap(group, "memory.max", Long.toString(caps.memoryBytes()));
        tryCap(group, "memory.swap.max", "0");
    }

    private static void tryCap(Path group, String file, String value) {
        try {
            if (Files.exists(group.resolve(file))) {
                write(group, file, value);
            }
        } catch (IOException e) {
            LOG.info("{} was not taken: {}", file, e.toString());
        }
    }

    /**
     * Groups that a daemon left behind which was killed itself. One whose worker lives is not
     * touched: it is empty from its making until the worker is put into it, and others may make
     * theirs at that moment.
     */
    private static void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path group : old) {
                String pid = group.getFileName().toString().substring(PREFIX.length());
                if (pid.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    remove(group);
                }
            }
        }
    }

    void freeze() {
        if (freeze >= 0) {
            Kernel.write(freeze, ONE.address(), 1);
        }
    }

    void kill() {
        if (kill >= 0) {
            Kernel.write(kill, ONE.address(), 1);
        }
    }

    void close() {
        if (directory != null) {
            Kernel.close(freeze);
            Kernel.close(kill);
            remove(directory);
        }
    }

    private static void remove(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", group, e.toString());
        }
    }

    private static void write(Path group, String file, String value) throws IOException {
        Files.write(group.resolve(file), value.getBytes(StandardCharsets.US_ASCII));
    }
}
