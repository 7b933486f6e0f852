package org.idlefleet.figures.edge;

import org.idlefleet.cli.fleet.Child;
import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.protocol.ItemKind;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A daemon in a process of its own that is stopped by SIGSTOP again and again while its worker
 * computes. The kernel's timer must then stop the worker; once the daemon goes on, so does the
 * worker, so that one start serves many rounds. One caller; Linux.
 */
final class SupervisorStops implements AutoCloseable {
    /** How long a worker must have stood still before it counts as stopped. */
    private static final int STILL_MILLIS = 30;

    private static final int LIMIT_MILLIS = 5000;

    private final Random random;
    private final Process daemon;
    private final BufferedReader said;
    private final long worker;

    /**
     * @param directory with the models that {@link Preemptions#models} puts there
     * @param name its own among those that run at the same time
     */
    SupervisorStops(Path directory, String name, long seed) throws IOException {
        this.random = new Random(seed);
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-Xmx96m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SupervisorStops.class.getName(),
                        directory.toString(),
                        name));
        daemon = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        said = daemon.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        while (line != null && !line.startsWith("worker ")) {
            line = said.readLine();
        }
        if (line == null) {
            throw new IOException("the daemon to be stopped did not start");
        }
        worker = Long.parseLong(line.substring("worker ".length()));
    }

    /** The daemon's side: holds the gate open and lets the worker compute without end. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        WorkerEngine engine = Preemptions.open(directory, args[1]);
        Thread.ofPlatform().daemon().start(() -> holdOpen(engine));
        Engine.LoadedModel model = Preemptions.load(engine, directory);
        System.out.println("worker " + engine.pid().orElseThrow());
        System.out.flush();
        while (true) {
            model.run(ItemKind.TEXT, Preemptions.MANY, new Abort());
        }
    }

    private static void holdOpen(WorkerEngine engine) {
        while (true) {
            engine.permit();
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * Stops the daemon at a random moment, watches the worker, lets both go on.
     *
     * @return milliseconds from the word to stop to the worker's last processor time
     * @throws EngineException if the worker did not stand still in time, or ended
     */
    double next() throws IOException, InterruptedException, EngineException {
        Thread.sleep(random.nextInt(60));
        long from = System.nanoTime();
        Child.signal("STOP", daemon.pid());
        long last = from;
        long ticks = -1;
        long still = 0;
        while (still == 0 || System.nanoTime() - still < STILL_MILLIS * 1_000_000L) {
            ProcessFile.Look look = look();
            long now = System.nanoTime();
            if (look.ticks() != ticks) {
                last = ticks < 0 ? from : now;
                ticks = look.ticks();
                still = 0;
            }
            still = look.state() != 'T' ? 0 : still == 0 ? now : still;
            if (now - from > LIMIT_MILLIS * 1_000_000L) {
                throw new EngineException("the worker of a stopped daemon goes on", false);
            }
            Thread.sleep(1);
        }
        Child.signal("CONT", daemon.pid());
        while (look().state() == 'T') {
            Thread.sleep(1);
        }
        return (last - from) / 1e6;
    }

    private ProcessFile.Look look() throws EngineException {
        return ProcessFile.look(worker)
                .filter(look -> look.state() != 'Z')
                .orElseThrow(() -> new EngineException("the worker ended by itself", false));
    }

    /** Kills the daemon while it is stopped; whether its worker went with it within a second. */
    boolean killed() throws IOException, InterruptedException {
        Child.signal("STOP", daemon.pid());
        daemon.destroyForcibly().waitFor();
        for (int i = 0; i < 1000; i++) {
            Optional<ProcessFile.Look> look = ProcessFile.look(worker);
            if (look.isEmpty() || look.get().state() == 'Z') {
                return true;
            }
            Thread.sleep(1);
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        daemon.destroyForcibly();
        said.close();
    }
}
