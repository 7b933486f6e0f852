package org.idlefleet.edge.adapter.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives the owner back what only the start or the last work needed: the heap's free part, the
 * allocator's, and pages of program files. Those leave the system's cache as well, unless somebody
 * else uses the file, and come back one by one: the kernel would else read, or map, up to 2 MiB
 * around each page that is used. On other systems than Linux only the heap.
 */
public final class IdleMemory {
    private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

    /** Mappings smaller than this are not worth the call. */
    private static final long WORTH_KIB = 128;

    /** A mapping of a file that this process can't write. */
    private record Mapping(long start, long end, Path file) {
        long bytes() {
            return end - start;
        }
    }

    private IdleMemory() {}

    /** Takes some ten milliseconds, so it is for the moment after the gate closed. */
    public static void giveBack() {
        System.gc();
        if (Kernel.present()) {
            Kernel.trimNativeHeap();
            // Last: collecting reads much of what the classes' files hold.
            List<Mapping> mappings = mappings(WORTH_KIB);
            mappings.forEach(mapping -> Kernel.forget(mapping.start(), mapping.bytes()));
            mappings.stream().map(Mapping::file).distinct().forEach(Kernel::forgetFile);
        }
    }

    /** Has what was given back read again in good time: the gate is about to open. */
    public static void recall() {
        if (Kernel.present()) {
            mappings(0).stream()
                    .filter(mapping -> mapping.bytes() >= WORTH_KIB << 10)
                    .forEach(mapping -> Kernel.recall(mapping.start(), mapping.bytes()));
        }
    }

    /**
     * Mappings whose pages are the file's own and can't be written: none of them is lost. One that
     * holds changed pages, as linked libraries do, is left out.
     */
    private static List<Mapping> mappings(long residentKib) {
        var mappings = new ArrayList<Mapping>();
        try (var smaps = Files.newBufferedReader(Path.of("/proc/self/smaps"))) {
            String head = "";
            long resident = 0;
            boolean own = false;
            for (String line = smaps.readLine(); line != null; line = smaps.readLine()) {
                int colon = line.indexOf(':');
                if (colon < 0 || line.charAt(0) <= 'f' && line.contains("-")) {
                    head = line;
                    resident = 0;
                    own = false;
                } else if (line.startsWith("Rss:")) {
                    resident = kib(line);
                } else if (line.startsWith("Anonymous:") || line.startsWith("Swap:")) {
                    own |= kib(line) > 0;
                } else if (line.startsWith("VmFlags:") && !own && resident >= residentKib) {
                    mapping(head).ifPresent(mappings::add);
                }
            }
        } catch (IOException e) {
            LOG.debug("no pages can be given back: {}", e.toString());
        }
        return mappings;
    }

    private static Optional<Mapping> mapping(String head) {
        String[] words = head.split(" +", 6);
        boolean file = words.length == 6 && words[5].startsWith("/");
        if (!file || words[1].charAt(1) != '-') {
            return Optional.empty();
        }
        String[] ends = words[0].split("-");
        return Optional.of(
                new Mapping(
                        Long.parseUnsignedLong(ends[0], 16),
                        Long.parseUnsignedLong(ends[1], 16),
                        Path.of(words[5])));
    }

    private static long kib(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
