package org.idlefleet.edge.adapter.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Who uses the processors: {@code /proc/stat} tells all of it, the daemon's and its worker's {@code
 * stat} our part; the rest belongs to others. Where there is no {@code /proc/stat}, the load
 * average stands in, less the lanes of this daemon.
 */
final class Load {
    /** What the first line of a file about pressure begins with. */
    private static final String SOME = "some avg10=";

    private final Path proc;
    private final KeptFile stat;
    private final KeptFile self;
    private final List<KeptFile> pressures;
    private final int processors;
    private final int ownThreads;
    private final Supplier<Optional<Long>> worker;
    private long busyBefore = -1;
    private long allBefore;
    private long ownBefore;
    private OptionalDouble others = OptionalDouble.empty();

    /**
     * @param ownThreads threads that this daemon computes with
     * @param worker process id of the worker; empty while there is none
     */
    Load(Path proc, int processors, int ownThreads, Supplier<Optional<Long>> worker) {
        this.proc = proc;
        this.stat = new KeptFile(proc.resolve("stat"));
        this.self = new KeptFile(proc.resolve("self/stat"));
        this.pressures =
                Stream.of("cpu", "memory", "io")
                        .map(resource -> new KeptFile(proc.resolve("pressure/" + resource)))
                        .toList();
        this.processors = processors;
        this.ownThreads = ownThreads;
        this.worker = worker;
    }

    /** Percent of all processors that others used since the last call; empty at the first. */
    OptionalDouble others() {
        String text = stat.text();
        OptionalLong own = own();
        if (!text.startsWith("cpu ") || own.isEmpty()) {
            return average();
        }
        int end = text.indexOf('\n');
        String[] fields = text.substring(4, end < 0 ? text.length() : end).strip().split(" ");
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

    /** Ticks that this process used, its workers that are gone, and the one that runs. */
    private OptionalLong own() {
        OptionalLong running =
                worker.get()
                        .map(pid -> ticks(KernelFile.text(proc.resolve(pid + "/stat")), 2))
                        .orElse(OptionalLong.empty());
        OptionalLong daemon = ticks(self.text(), 4);
        return daemon.isEmpty() ? daemon : OptionalLong.of(daemon.getAsLong() + running.orElse(0));
    }

    /**
     * @param fields how many to add up of utime, stime, and both of children that are gone
     */
    private static OptionalLong ticks(String stat, int fields) {
        // The name in brackets may hold spaces; utime is the twelfth word after it.
        int bracket = stat.lastIndexOf(')');
        String[] words = stat.substring(bracket + 1).strip().split(" ");
        if (bracket < 0 || words.length < 11 + fields) {
            return OptionalLong.empty();
        }
        long sum = 0;
        for (int i = 11; i < 11 + fields; i++) {
            sum += Long.parseLong(words[i]);
        }
        return OptionalLong.of(sum);
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
        for (KeptFile pressure : pressures) {
            String text = pressure.text();
            if (text.startsWith(SOME)) {
                double share =
                        Double.parseDouble(
                                text.substring(SOME.length(), text.indexOf(' ', SOME.length())));
                worst = OptionalDouble.of(Math.max(share, worst.orElse(0)));
            }
        }
        return worst;
    }
}
