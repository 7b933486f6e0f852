package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.protocol.adapter.NodeIdentity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an idle connected node costs the coordinator, and what that is made of. */
public final class MemoryPerNode implements Bench {
    private static final StubNodes.Manner IDLE = new StubNodes.Manner(2, 1_000, false);
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String description() {
        return "memory of the coordinator for each idle connected node";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int warm = quick ? 50 : 500;
        int nodes = quick ? 200 : 10_000;
        try (var fleet = new StubFleet();
                var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
            List<NodeIdentity> identities = StubNodes.enrol(fleet.fleet(), nodes + warm, "owner");
            long pid = fleet.fleet().coordinator().pid();
            stubs.connectAll(identities.subList(0, warm), IDLE);
            long heapBefore = liveHeap(pid);
            long residentBefore = resident(pid);
            stubs.connectAll(identities.subList(warm, warm + nodes), IDLE);
            long heapAfter = liveHeap(pid);
            long residentAfter = resident(pid);
            double heap = (heapAfter - heapBefore) / (double) nodes;
            double all = (residentAfter - residentBefore) / (double) nodes;
            figures.note(
                    nodes
                            + " idle nodes beyond the first "
                            + warm
                            + "; resident: growth of the process; heap: growth of live objects"
                            + " after a full collection; the rest is TLS state and buffers outside"
                            + " the heap, and heap not given back");
            figures.plain("memory.resident", all / 1024, "KiB/node");
            figures.plain("memory.heap", heap / 1024, "KiB/node");
            figures.plain("memory.rest", (all - heap) / 1024, "KiB/node");
        }
    }

    private static long resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("process " + pid + " tells no VmRSS"));
    }

    private static long liveHeap(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
        long bytes = 0;
        while (used.find()) {
            bytes += Long.parseLong(used.group(1)) * 1024;
        }
        return bytes;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(pid),
                                command)
                        .redirectErrorStream(true)
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("jcmd " + command + " failed: " + printed);
        }
        return printed;
    }
}
