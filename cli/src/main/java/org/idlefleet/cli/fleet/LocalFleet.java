package org.idlefleet.cli.fleet;

import org.idlefleet.coordinator.adapter.ModelStore;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * One coordinator and its nodes on this machine, each a process of its own, in one directory.
 * Closing it ends every process and removes the directory. Its nodes may be looked up and started
 * by any thread, all else by one.
 */
public final class LocalFleet implements AutoCloseable {
    /** How long a process may take to be there; a busy machine needs it. */
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Path directory;
    private final List<String> coordinatorSets;
    private final boolean outlives;
    private final int apiPort = freePort();
    private final int nodePort = freePort();
    private final Map<String, Child> nodes = new ConcurrentSkipListMap<>();
    private Child coordinator;
    private AdminApi api;
    private boolean kept;

    /**
     * A node of the fleet.
     *
     * @param sets settings of its configuration, {@code section.key=value}
     */
    public record Plan(String name, String owner, List<String> sets) {}

    private LocalFleet(Path directory, List<String> coordinatorSets, boolean outlives) {
        this.directory = directory;
        this.coordinatorSets = List.copyOf(coordinatorSets);
        this.outlives = outlives;
        this.coordinator = launchCoordinator();
        try {
            this.api = awaitCoordinator();
        } catch (RuntimeException e) {
            coordinator.kill();
            throw e;
        }
    }

    /**
     * Starts the coordinator of a new fleet in a new directory.
     *
     * @param coordinatorSets settings of the coordinator's configuration
     * @param outlives whether the processes go on when this one has ended
     */
    public static LocalFleet start(List<String> coordinatorSets, boolean outlives) {
        try {
            Path directory = Files.createTempDirectory("idlefleet-");
            Files.createDirectories(directory.resolve("coordinator"));
            try {
                return new LocalFleet(directory, coordinatorSets, outlives);
            } catch (RuntimeException e) {
                remove(directory);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path directory() {
        return directory;
    }

    /** The coordinator's data directory. */
    public Path data() {
        return directory.resolve("coordinator");
    }

    public AdminApi api() {
        return api;
    }

    public int nodePort() {
        return nodePort;
    }

    public Child coordinator() {
        return coordinator;
    }

    public Child node(String name) {
        Child child = nodes.get(name);
        if (child == null) {
            throw new IllegalArgumentException("no node is called " + name);
        }
        return child;
    }

    /** Runs {@code idlefleet ARGUMENTS --data DIR} to its end; what it printed. */
    public String operate(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data().toString()));
        return command(all);
    }

    /**
     * Runs {@code idlefleet ARGUMENTS} to its end.
     *
     * @return what it printed
     * @throws IllegalStateException if it failed, with what it printed
     */
    public String command(List<String> arguments) {
        Path output = directory.resolve("command-" + System.nanoTime() + ".log");
        String name = String.join(" ", arguments);
        Child child = Child.start(name, arguments, Map.of(), output, false);
        if (!child.await(START_LIMIT) || child.exitCode() != 0) {
            child.kill();
            throw new IllegalStateException("'idlefleet " + name + "' failed:\n" + child.tail());
        }
        return child.printed();
    }

    /** Serves a model whose files lie in {@code directory}. */
    public void serve(ModelManifest manifest, Path directory) throws IOException {
        Digest digest = new ModelStore(data().resolve("models")).add(manifest, directory);
        api.post("/api/v1/models", Map.of("manifest", digest.hex()));
    }

    /** An API key of a client who prepaid. */
    public String client(String name, String credits) {
        api.post(
                "/api/v1/funds", Map.of("client", name, "amount", credits, "reference", "prepaid"));
        return api.post("/api/v1/keys", Map.of("client", name)).path("key").asString();
    }

    /** Enrols a node and starts it; {@link #awaitNodes} waits for it. */
    public void add(Plan plan) {
        String token =
                api.post("/api/v1/tokens", Map.of("owner", plan.owner())).path("token").asString();
        nodes.put(plan.name(), launch(plan, token, Map.of()));
    }

    /** Starts a node again that ended. */
    public void again(Plan plan) {
        again(plan, Map.of());
    }

    /**
     * The same.
     *
     * @param environment variables beside those of this process
     */
    public void again(Plan plan, Map<String, String> environment) {
        nodes.put(plan.name(), launch(plan, "", environment));
    }

    /** Waits until so many nodes are connected and can run a model. */
    public void awaitNodes(int count) {
        await(
                count + " nodes with a warm model",
                () -> {
                    nodes.values().forEach(LocalFleet::mustLive);
                    int warm = 0;
                    for (JsonNode node : api.get("/api/v1/nodes").path("data")) {
                        if (!node.path("models").isEmpty() && node.path("slots").asInt() > 0) {
                            warm++;
                        }
                    }
                    return warm >= count;
                });
    }

    /** {@code kill -9} for the coordinator, then a new one on the same data and ports. */
    public void restartCoordinator() {
        coordinator.kill();
        coordinator = launchCoordinator();
        api.close();
        api = awaitCoordinator();
    }

    /** From now on closing leaves everything as it is. */
    public void keep() {
        kept = true;
    }

    /** Process ids of all that run. */
    public List<Long> pids() {
        return Stream.concat(Stream.of(coordinator), nodes.values().stream())
                .filter(Child::isAlive)
                .map(Child::pid)
                .toList();
    }

    @Override
    public void close() {
        api.close();
        if (!kept) {
            nodes.values().forEach(Child::kill);
            coordinator.kill();
            remove(directory);
        }
    }

    private Child launchCoordinator() {
        var arguments = new ArrayList<>(List.of("coordinator", "run"));
        var sets = new ArrayList<String>();
        sets.add("dataDirectory=" + data());
        sets.add("api.host=127.0.0.1");
        sets.add("api.port=" + apiPort);
        sets.add("nodes.host=127.0.0.1");
        sets.add("nodes.port=" + nodePort);
        sets.addAll(coordinatorSets);
        sets.forEach(set -> arguments.addAll(List.of("--set", set)));
        return Child.start(
                "coordinator", arguments, Map.of(), directory.resolve("coordinator.log"), outlives);
    }

    private Child launch(Plan plan, String token, Map<String, String> more) {
        var arguments = new ArrayList<>(List.of("edge", "run"));
        var sets = new ArrayList<String>();
        sets.add("node.data=" + directory.resolve(plan.name()));
        sets.add("node.coordinator=127.0.0.1:" + nodePort);
        // Nothing leaves this machine, so there is no network to spare.
        sets.add("models.bytesPerSecond=0B");
        sets.addAll(plan.sets());
        sets.forEach(set -> arguments.addAll(List.of("--set", set)));
        if (!token.isEmpty()) {
            arguments.addAll(List.of("--token", token));
        }
        var environment = new TreeMap<>(more);
        environment.put("DJL_CACHE_DIR", directory.resolve("native").toString());
        return Child.start(
                plan.name(),
                arguments,
                environment,
                directory.resolve(plan.name() + ".log"),
                outlives);
    }

    private AdminApi awaitCoordinator() {
        URI base = URI.create("http://127.0.0.1:" + apiPort);
        await(
                "the coordinator",
                () -> {
                    mustLive(coordinator);
                    return Files.exists(data().resolve("admin.key")) && ready(base);
                });
        try {
            return new AdminApi(base, Running.adminKey(data()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean ready(URI base) {
        try (var open = new AdminApi(base, "")) {
            open.get("/health/ready");
            return true;
        } catch (AdminApi.Problem e) {
            return false;
        }
    }

    private static void mustLive(Child child) {
        if (!child.isAlive()) {
            throw new IllegalStateException(
                    child.name() + " ended by itself; it said last:\n" + child.tail());
        }
    }

    private static void await(String what, BooleanSupplier there) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        what + " did not come within " + START_LIMIT.toSeconds() + " s");
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, e);
            }
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path directory) {
        try {
            Directories.remove(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " can't be removed", e);
        }
    }
}
