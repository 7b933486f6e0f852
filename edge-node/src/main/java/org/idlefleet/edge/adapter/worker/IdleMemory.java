package org.idlefleet.edge.adapter.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives the owner back what only the start or the last work needed: the heap's free part, the
 * allocator's, and pages of program files, which the kernel reads again from its cache when they
 * are used. On other systems than Linux only the heap.
 */
public final class IdleMemory {
    private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

    /** Mappings smaller than this are not worth the call. */
    private static final long WORTH_KIB = 128;

    private IdleMemory() {}

    /** Takes some ten milliseconds, so it is for the moment after the gate closed. */
    public static void giveBack() {
        System.gc();
        if (Kernel.present()) {
            Kernel.trimNativeHeap();
            // Last: collecting reads much of what the classes' files hold.
            try (var smaps = Files.newBufferedReader(Path.of("/proc/self/smaps"))) {
                forget(smaps);
            } catch (IOException e) {
                LOG.debug("no pages were given back: {}", e.toString());
            }
        }
    }

    /**
     * Lets go of pages that are the file's own and can't be written: none of them is lost. A
     * mapping that holds changed pages, as linked libraries do, is left alone.
     */
    private static void forget(BufferedReader smaps) throws IOException {
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
            } else if (line.startsWith("VmFlags:") && !own && resident >= WORTH_KIB) {
                forget(head);
            }
        }
    }

    private static void forget(String mapping) {
        String[] words = mapping.split(" +", 6);
        boolean file = words.length == 6 && words[5].startsWith("/");
        if (file && words[1].charAt(1) == '-') {
            String[] ends = words[0].split("-");
            long start = Long.parseUnsignedLong(ends[0], 16);
            Kernel.forget(start, Long.parseUnsignedLong(ends[1], 16) - start);
        }
    }

    private static long kib(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
