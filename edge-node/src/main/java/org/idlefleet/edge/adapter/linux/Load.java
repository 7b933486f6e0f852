package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Who uses the processors: {@code /proc/stat} tells all of it, {@code /proc/self/stat} this
 * daemon's part; the rest belongs to others. Where there is no {@code /proc/stat}, the load average
 * stands in, less the lanes of this daemon.
 */
final class Load {
    private final Path proc;
    private final int processors;
    private final int ownThreads;
    private long busyBefore = -1;
    private long allBefore;
    private long ownBefore;
    private OptionalDouble others = OptionalDouble.empty();

    /**
     * @param ownThreads threads that this daemon computes with
     */
    Load(Path proc, int processors, int ownThreads) {
        this.proc = proc;
        this.processors = processors;
        this.ownThreads = ownThreads;
    }

    /** Percent of all processors that others used since the last call; empty at the first. */
    OptionalDouble others() {
        List<String> lines = KernelFile.text(proc.resolve("stat")).lines().toList();
        OptionalLong own = own();
        if (lines.isEmpty() || !lines.getFirst().startsWith("cpu ") || own.isEmpty()) {
            return average();
        }
        String[] fields = lines.getFirst().substring(4).strip().split("\\s+");
        long all = 0;
        long idle = 0;
        // user nice system idle iowait irq softirq steal; guest time is in user already.
        for (int i = 0; i < Math.min(8, fields.length); i++) {
            long ticks = Long.parseLong(fields[i]);
            all += ticks;
            idle += i == 3 || i == 4 ? ticks : 0;
        }
        return since(all, all - idle, own.getAsLong());
    }

    private OptionalDouble since(long all, long busy, long own) {
        long passed = all - allBefore;
        if (busyBefore >= 0 && passed > 0) {
            long used = busy - busyBefore - (own - ownBefore);
            others = OptionalDouble.of(Math.clamp(100.0 * used / passed, 0, 100));
        }
        if (busyBefore < 0 || passed > 0) {
            allBefore = all;
            busyBefore = busy;
            ownBefore = own;
        }
        return others;
    }

    /** Ticks that this process used. */
    private OptionalLong own() {
        String stat = KernelFile.text(proc.resolve("self/stat"));
        // The name in brackets may hold spaces; utime and stime are the 12th and 13th after it.
        int bracket = stat.lastIndexOf(')');
        String[] fields = stat.substring(bracket + 1).strip().split(" ");
        return bracket < 0 || fields.length < 13
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
    }

    private OptionalDouble average() {
        String text = KernelFile.text(proc.resolve("loadavg"));
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        double load = Double.parseDouble(text.split(" ")[0]) - ownThreads;
        return OptionalDouble.of(Math.clamp(100 * load / processors, 0, 100));
    }

    /**
     * Pressure stall information: the worst of processor, memory and disk over the last ten
     * seconds, in percent; empty where the kernel does not keep it. It counts what this daemon
     * waits for, too.
     */
    OptionalDouble pressure() {
        OptionalDouble worst = OptionalDouble.empty();
        for (String resource : List.of("cpu", "memory", "io")) {
            for (String line :
                    KernelFile.text(proc.resolve("pressure/" + resource)).lines().toList()) {
                int at = line.indexOf("avg10=");
                if (line.startsWith("some") && at >= 0) {
                    double share = Double.parseDouble(line.substring(at + 6).split(" ")[0]);
                    worst = OptionalDouble.of(Math.max(share, worst.orElse(0)));
                }
            }
        }
        return worst;
    }
}
