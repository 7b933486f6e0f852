package org.idlefleet.figures.edge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the kernel says of a process under {@code /proc}. */
final class ProcessFile {
    private ProcessFile() {}

    /**
     * One look at a process.
     *
     * @param state R, S, T for stopped, Z for ended
     * @param ticks processor time so far, in hundredths of a second
     */
    record Look(char state, long ticks) {}

    /** Empty if the process is gone. */
    static Optional<Look> look(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(words[11]) + Long.parseLong(words[12]);
            return Optional.of(new Look(words[0].charAt(0), ticks));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Memory of the process in bytes.
     *
     * @param what as {@code smaps_rollup} calls it: {@code Rss} is in RAM, with pages it shares,
     *     {@code Pss} with its part of them, {@code Anonymous} without pages of files
     */
    static long memoryBytes(long pid, String what) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            if (line.startsWith(what + ":")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("/proc/" + pid + "/smaps_rollup has no " + what);
    }
}
