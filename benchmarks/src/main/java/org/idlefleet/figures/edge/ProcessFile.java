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

    /** Memory of the process that is in RAM, with pages it shares, in bytes. */
    static long residentBytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("/proc/" + pid + "/status has no VmRSS");
    }
}
