package org.idlefleet.figures;

import org.idlefleet.cli.fleet.Child;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.edge.adapter.owner.OwnerMode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A fleet of real nodes, each behind a network of its own, and what can happen to them. Several
 * threads, of which no two trouble the same node. Linux.
 */
public final class Troubles implements AutoCloseable {
    /** A daemon that is told to end finishes or gives back what it holds first. */
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    /** A daemon may take so long to start on a busy machine. */
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** So long a daemon that ends for want of its files may take. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final LocalFleet fleet;
    private final List<LocalFleet.Plan> plans;
    private final List<Relay> relays;

    /** What happens to a node; it is over, and the node on its way back, soon after. */
    public enum Trouble {
        /** Its owner comes back. */
        OWNER_BACK,
        /** Somebody kills its worker. */
        WORKER_KILLED,
        /** Its daemon is stopped by SIGSTOP. */
        DAEMON_STOPPED,
        /** Its network is gone. */
        NETWORK_GONE,
        /** Whatever it writes to its disk fails. */
        DISK_FULL,
        /** Nothing comes through its network, which nobody is told. */
        NETWORK_HELD,
        /** A bit of what comes through its network is another one. */
        NETWORK_GARBLED,
        /** Somebody kills its daemon. */
        DAEMON_KILLED,
        /** Its daemon is told to end, and started again. */
        DAEMON_ENDED
    }

    private Troubles(LocalFleet fleet, List<LocalFleet.Plan> plans, List<Relay> relays) {
        this.fleet = fleet;
        this.plans = List.copyOf(plans);
        this.relays = List.copyOf(relays);
    }

    /** Adds these nodes to a fleet, which is closed by whoever has started it. */
    public static Troubles of(LocalFleet fleet, List<LocalFleet.Plan> nodes) throws IOException {
        var plans = new ArrayList<LocalFleet.Plan>();
        var relays = new ArrayList<Relay>();
        for (LocalFleet.Plan node : nodes) {
            var relay = new Relay(fleet.nodePort());
            relays.add(relay);
            var sets = new ArrayList<>(Nodes.AT_ONCE);
            sets.add("node.coordinator=127.0.0.1:" + relay.port());
            sets.addAll(node.sets());
            plans.add(new LocalFleet.Plan(node.name(), node.owner(), sets));
        }
        plans.forEach(fleet::add);
        return new Troubles(fleet, plans, relays);
    }

    public int nodes() {
        return plans.size();
    }

    /**
     * Lets something happen to the node and waits until it is over, about {@code millis}.
     *
     * @throws IllegalStateException if a daemon that is told to end does not
     */
    public void strike(int node, Trouble trouble, int millis)
            throws IOException, InterruptedException {
        LocalFleet.Plan plan = plans.get(node);
        Child daemon = fleet.node(plan.name());
        Path data = fleet.directory().resolve(plan.name());
        switch (trouble) {
            case OWNER_BACK -> {
                OwnerMode.write(data, new OwnerMode.Pause(Optional.empty()));
                Thread.sleep(millis);
                OwnerMode.write(data, new OwnerMode.Run());
            }
            case WORKER_KILLED ->
                    // Until it is a JVM, what runs below it is the script that starts it.
                    ProcessHandle.of(daemon.pid()).stream()
                            .filter(it -> it.info().command().orElse("").endsWith("java"))
                            .flatMap(ProcessHandle::descendants)
                            .forEach(ProcessHandle::destroyForcibly);
            case DAEMON_STOPPED -> {
                daemon.freeze();
                Thread.sleep(millis);
                daemon.thaw();
            }
            case NETWORK_GONE -> {
                relays.get(node).cut();
                Thread.sleep(millis);
                relays.get(node).restore();
            }
            case DISK_FULL -> {
                boolean starting = startedWithin(START_LIMIT, daemon);
                // Its soft limit only: that may be raised again.
                limitFiles(daemon, "0");
                Thread.sleep(millis);
                if (daemon.isAlive()) {
                    limitFiles(daemon, "unlimited");
                }
                // One that was just starting can't without files; its supervisor tries again.
                if (starting && daemon.await(LAST_WORDS)) {
                    fleet.again(plan);
                }
            }
            case NETWORK_HELD -> {
                relays.get(node).hold();
                Thread.sleep(millis);
                relays.get(node).restore();
            }
            case NETWORK_GARBLED -> relays.get(node).garble();
            case DAEMON_KILLED -> {
                daemon.kill();
                Thread.sleep(millis);
                fleet.again(plan);
            }
            case DAEMON_ENDED -> {
                daemon.terminate();
                if (!daemon.await(END_LIMIT)) {
                    throw new IllegalStateException(
                            plan.name()
                                    + " goes on "
                                    + END_LIMIT.toSeconds()
                                    + " s after it was told to end; it said last:\n"
                                    + daemon.tail());
                }
                fleet.again(plan);
            }
        }
    }

    /** Waits until every node computes again. */
    public void awaitAll() {
        fleet.awaitNodes(plans.size());
    }

    /**
     * Starts a daemon again that ended by itself, as a device's own supervisor does.
     *
     * @return what it said last, if it had
     */
    public Optional<String> revive(int node) {
        Child daemon = fleet.node(plans.get(node).name());
        if (daemon.isAlive()) {
            return Optional.empty();
        }
        fleet.again(plans.get(node));
        return Optional.of(daemon.name() + " ended by itself; it said last:\n" + daemon.tail());
    }

    /** From now on a process can't write to its files past so many bytes, or {@code unlimited}. */
    public static void limitFiles(Child process, String bytes)
            throws IOException, InterruptedException {
        var limit =
                new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":");
        int code = limit.inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("'" + String.join(" ", limit.command()) + "' ended with " + code);
        }
    }

    private static boolean startedWithin(Duration time, Child process) {
        return ProcessHandle.of(process.pid())
                .flatMap(handle -> handle.info().startInstant())
                .filter(start -> Duration.between(start, Instant.now()).compareTo(time) < 0)
                .isPresent();
    }

    @Override
    public void close() throws IOException {
        for (Relay relay : relays) {
            relay.close();
        }
    }
}
