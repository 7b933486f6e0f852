package org.idlefleet.cli;

import org.idlefleet.cli.fleet.Leash;
import org.idlefleet.cli.fleet.Running;
import org.idlefleet.coordinator.adapter.CoordinatorConfig;
import org.idlefleet.coordinator.adapter.CoordinatorServer;
import org.idlefleet.protocol.adapter.ConfigException;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

@Command(
        name = "coordinator",
        description = "Run a coordinator, or tell a running one what to do.",
        subcommands = {
            CoordinatorCommand.Run.class,
            CoordinatorCommand.Token.class,
            CoordinatorCommand.Key.class,
            CoordinatorCommand.Revoke.class,
            CoordinatorCommand.Fund.class,
            CoordinatorCommand.ChargeBack.class,
            CoordinatorCommand.ClientTerms.class,
            CoordinatorCommand.Ban.class,
            OperatorCommand.class,
            OperatorCommand.Audit.class,
        })
final class CoordinatorCommand {
    private CoordinatorCommand() {}

    @Command(
            name = "run",
            description = {
                "Take requests, place shards on nodes, compare results, keep the books.",
                "SIGTERM and Ctrl-C end it; kill -9 loses nothing that was accepted."
            })
    static final class Run implements Callable<Integer> {
        @Option(names = "--config", paramLabel = "FILE", description = "The YAML file.")
        private Optional<Path> file = Optional.empty();

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "A setting by its path, such as api.port=8080.")
        private List<String> sets = List.of();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description =
                        "Where everything durable is kept (default: idlefleet-data/coordinator).")
        private Optional<Path> data = Optional.empty();

        /** As {@link PlainOptions.Taker} has it. */
        boolean take(String name, String value) {
            boolean once = true;
            switch (name) {
                case "--set" -> sets = Stream.concat(sets.stream(), Stream.of(value)).toList();
                case "--config" -> {
                    once = file.isEmpty();
                    file = Optional.of(Path.of(value));
                }
                case "--data" -> {
                    once = data.isEmpty();
                    data = Optional.of(Path.of(value));
                }
                default -> once = false;
            }
            return once;
        }

        @Override
        public Integer call() throws InterruptedException {
            Leash.follow();
            try {
                var all = new ArrayList<String>();
                data.ifPresent(path -> all.add("dataDirectory=" + path));
                all.addAll(sets);
                CoordinatorConfig config = CoordinatorConfig.load(file, System.getenv(), all);
                run(config);
                return ExitCode.OK;
            } catch (ConfigException | IllegalArgumentException e) {
                throw Failure.usage(e);
            } catch (IOException | UncheckedIOException e) {
                throw Failure.error(e);
            }
        }

        /** Serves until a signal comes; other commands find it by a file in its directory. */
        private static void run(CoordinatorConfig config) throws IOException, InterruptedException {
            Path data = Path.of(config.dataDirectory());
            CoordinatorServer server = CoordinatorServer.start(config);
            String host = config.api().host();
            String scheme = config.api().tlsCertificates().isEmpty() ? "http" : "https";
            URI api = URI.create(scheme + "://" + reachable(host) + ":" + server.apiPort());
            String nodes = "port " + server.nodeAddress().getPort();
            new Running(ProcessHandle.current().pid(), api, nodes).write(data);
            var ended = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> end(server, data, ended), "coordinator-end"));
            LoggerFactory.getLogger("coordinator")
                    .info("API {}, nodes on {}, data in {}", api, nodes, data);
            ended.await();
        }

        private static void end(CoordinatorServer server, Path data, CountDownLatch ended) {
            try {
                Running.remove(data);
            } catch (IOException e) {
                LoggerFactory.getLogger("coordinator").warn("running.json stays", e);
            } finally {
                server.close();
                ended.countDown();
            }
        }

        /** An address for this machine's own commands. */
        private static String reachable(String host) {
            return host.equals("0.0.0.0") || host.equals("::")
                    ? "127.0.0.1"
                    : host.contains(":") ? "[" + host + "]" : host;
        }
    }

    @Command(name = "token", description = "Print a one-time token with which a node can enrol.")
    static final class Token implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(
                names = "--owner",
                required = true,
                paramLabel = "NAME",
                description = "Who will own the node and be paid for its work.")
        private String owner = "";

        @Option(
                names = "--valid-hours",
                paramLabel = "N",
                defaultValue = "24",
                description = "How long it can be used (default: ${DEFAULT-VALUE}).")
        private int hours;

        @Override
        public void run() {
            JsonNode token =
                    operator.post(
                            "/api/v1/tokens",
                            Map.of(
                                    "owner",
                                    owner,
                                    "valid_seconds",
                                    Duration.ofHours(hours).toSeconds()));
            output.print(token, token.path("token").asString() + "\n");
        }
    }

    @Command(
            name = "key",
            description = "Print a new API key for a client; it is shown this once only.")
    static final class Key implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(
                names = "--client",
                required = true,
                paramLabel = "NAME",
                description = "Whose prepaid account pays for its use.")
        private String client = "";

        @Override
        public void run() {
            JsonNode key = operator.post("/api/v1/keys", Map.of("client", client));
            output.print(key, key.path("key").asString() + "\n");
        }
    }

    @Command(name = "revoke", description = "Make an API key worthless.")
    static final class Revoke implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "ID", description = "The part of the key before the dot.")
        private String id = "";

        @Override
        public void run() {
            JsonNode answer =
                    operator.post("/api/v1/keys/" + PathPart.of(id) + "/revoke", Map.of());
            output.print(answer, "key " + id + " opens nothing any more\n");
        }
    }

    /** A client's payment and what is said of it. */
    static final class Payment {
        @Option(names = "--client", required = true, paramLabel = "NAME", description = "Who paid.")
        private String client = "";

        @Option(
                names = "--amount",
                required = true,
                paramLabel = "CREDITS",
                description = "How much, such as 25 or 0.5.")
        private String amount = "";

        @Option(
                names = "--reference",
                required = true,
                paramLabel = "TEXT",
                description = "What names the payment; the same one again counts once.")
        private String reference = "";

        private void tell(Operator operator, Output output, String path) {
            JsonNode answer =
                    operator.post(
                            path,
                            Map.of("client", client, "amount", amount, "reference", reference));
            JsonNode account = operator.get("/api/v1/clients/" + PathPart.of(client));
            output.print(
                    answer,
                    "%s has %s credits prepaid and %s held for open jobs%n"
                            .formatted(
                                    client,
                                    account.path("prepaid").asString(),
                                    account.path("held").asString()));
        }
    }

    @Command(name = "fund", description = "Note that a client paid in advance.")
    static final class Fund implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Payment payment = new Payment();

        @Override
        public void run() {
            payment.tell(operator, output, "/api/v1/funds");
        }
    }

    @Command(
            name = "chargeback",
            description = {
                "Note that a client's bank took a payment back, all of it.",
                "What the client has spent of it becomes its debt, which its next payment covers"
                        + " first."
            })
    static final class ChargeBack implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Payment payment = new Payment();

        @Override
        public void run() {
            payment.tell(operator, output, "/api/v1/chargebacks");
        }
    }

    @Command(
            name = "terms",
            description = {
                "Show or set how a client's results are checked: what requests that say nothing",
                "get, and the floor below which nothing is run. One of quorum, bulk, standard,",
                "strict, verified, trusted-only, each stronger than the one before."
            })
    static final class ClientTerms implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "CLIENT", description = "Whose.")
        private String client = "";

        @Option(names = "--usual", paramLabel = "TERMS", description = "For who says nothing.")
        private Optional<String> usual = Optional.empty();

        @Option(names = "--floor", paramLabel = "TERMS", description = "The least that is run.")
        private Optional<String> floor = Optional.empty();

        @Override
        public void run() {
            String path = "/api/v1/clients/" + PathPart.of(client);
            var wish = new TreeMap<String, String>();
            usual.ifPresent(terms -> wish.put("usual_assurance", terms));
            floor.ifPresent(terms -> wish.put("floor_assurance", terms));
            JsonNode terms =
                    wish.isEmpty() ? operator.get(path) : operator.post(path + "/terms", wish);
            output.print(
                    terms,
                    "%s usually gets %s, and never less than %s%n"
                            .formatted(
                                    client,
                                    terms.path("usual_assurance").asString(),
                                    terms.path("floor_assurance").asString()));
        }
    }

    @Command(name = "ban", description = "Send a node away for good.")
    static final class Ban implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "NODE", description = "Its id, as 'idlefleet nodes' shows it.")
        private String node = "";

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "What its owner is told.")
        private String reason = "";

        @Override
        public void run() {
            JsonNode answer =
                    operator.post(
                            "/api/v1/nodes/" + PathPart.of(node) + "/ban",
                            Map.of("reason", reason));
            output.print(answer, "node " + node + " is banned\n");
        }
    }
}
