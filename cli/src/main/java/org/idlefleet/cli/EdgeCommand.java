package org.idlefleet.cli;

import org.idlefleet.cli.fleet.Leash;
import org.idlefleet.edge.adapter.EdgeDaemon;
import org.idlefleet.edge.adapter.Enrolment;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.protocol.adapter.ConfigException;
import org.idlefleet.protocol.adapter.NodeIdentity;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

@Command(
        name = "edge",
        description = "Run this device as a node, enrol it, or see what it does.",
        subcommands = {
            EdgeCommand.Run.class,
            EdgeCommand.Enrol.class,
            EdgeCommand.Status.class,
            OwnerCommands.Why.class,
            OwnerCommands.Pause.class,
            OwnerCommands.Resume.class,
            OwnerCommands.Finish.class,
            OwnerCommands.Earnings.class,
            RulesCommand.class,
            OwnerCommands.Page.class,
            SignalsCommand.Show.class,
            SignalsCommand.Write.class,
            DoctorCommand.class,
            UninstallCommand.class,
            OwnerCommands.Standing.class,
            EdgeLedgerCommand.class,
            WorkerCommand.class
        })
final class EdgeCommand {
    private EdgeCommand() {}

    /** The rules in a node's status, a row each. */
    static Table rules(JsonNode status) {
        var rules = new Table("RULE", "HOLDS", "BECAUSE");
        for (JsonNode rule : status.path("rules")) {
            rules.row(
                    rule.path("rule").asString(),
                    rule.path("holds").asBoolean() ? "yes" : "no",
                    rule.path("text").asString());
        }
        return rules;
    }

    /** What contradicts the ledger that this node saw, or its promises; empty if nothing does. */
    static String ledgerFault(JsonNode status) {
        JsonNode ledger = status.path("ledger");
        long broken = ledger.path("receipts").path("broken").asLong(0);
        long overdue = ledger.path("receipts").path("overdue").asLong(0);
        return ledgerFault(ledger.path("fault").asString(""))
                + (broken == 0
                        ? ""
                        : "THE COORDINATOR BROKE %d PROMISES OF A PAYMENT; 'idlefleet edge ledger' shows which%n"
                                .formatted(broken))
                + (overdue == 0
                        ? ""
                        : "%d promised payments are overdue: their deadline has passed, and they were not proven when asked for; 'idlefleet edge ledger' shows more%n"
                                .formatted(overdue));
    }

    private static String ledgerFault(String fault) {
        return fault.isEmpty()
                ? ""
                : "THE LEDGER CONTRADICTS WHAT THIS NODE SAW: %s%n  it takes no work; 'idlefleet edge ledger' shows both, and how to go on%n"
                        .formatted(fault);
    }

    /** Why models that are wanted are not fetched; empty if they are. */
    static String fetchHeld(JsonNode status) {
        String held = status.path("fetchHeld").asString("");
        return held.isEmpty() ? "" : "models wait to be fetched: %s%n".formatted(held);
    }

    /** The options from which a node's configuration follows. */
    static final class Settings {
        @Option(names = "--config", paramLabel = "FILE", description = "The YAML file.")
        private Optional<Path> file = Optional.empty();

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "A setting by its path, such as rules.hours=22:00-06:00.")
        private List<String> sets = List.of();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The node's own directory (default: idlefleet-data/edge).")
        private Optional<Path> data = Optional.empty();

        @Option(
                names = "--coordinator",
                paramLabel = "HOST:PORT",
                description = "Its node door (default: localhost:7443).")
        private Optional<String> coordinator = Optional.empty();

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
                case "--coordinator" -> {
                    once = coordinator.isEmpty();
                    coordinator = Optional.of(value);
                }
                default -> once = false;
            }
            return once;
        }

        /** Named options win over the file; what nobody names has the usual place. */
        EdgeConfig load() {
            var all = new ArrayList<String>();
            data.ifPresent(path -> all.add("node.data=" + path));
            coordinator.ifPresent(address -> all.add("node.coordinator=" + address));
            all.addAll(sets);
            if (file.isEmpty()) {
                unless(all, "node.data", "IDLEFLEET_EDGE_NODE__DATA", "idlefleet-data/edge");
                unless(
                        all,
                        "node.coordinator",
                        "IDLEFLEET_EDGE_NODE__COORDINATOR",
                        "localhost:7443");
            }
            try {
                return EdgeConfig.load(file, System.getenv(), all);
            } catch (ConfigException e) {
                throw Failure.usage(e);
            }
        }

        private static void unless(
                List<String> sets, String key, String variable, String otherwise) {
            if (System.getenv(variable) == null
                    && sets.stream().noneMatch(set -> set.startsWith(key + "="))) {
                sets.add(key + "=" + otherwise);
            }
        }
    }

    /** The right to enrol: on the command line, or in a file that other users can't see. */
    static final class Token {
        @Option(
                names = "--token",
                paramLabel = "TOKEN",
                description = "From the operator: idlefleet coordinator token --owner NAME.")
        private Optional<String> word = Optional.empty();

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "A file with the token; it may be gone once the node is enrolled.")
        private Optional<Path> file = Optional.empty();

        /** The same; only one option is taken. */
        boolean take(String name, String value) {
            if (given()) {
                return false;
            }
            switch (name) {
                case "--token" -> word = Optional.of(value);
                case "--token-file" -> file = Optional.of(Path.of(value));
                default -> {}
            }
            return given();
        }

        boolean given() {
            return word.isPresent() || file.isPresent();
        }

        /** A group of options with values to begin with is never missing to picocli. */
        String text() throws IOException {
            return word.isPresent()
                    ? word.get()
                    : Files.readString(file.orElseThrow(Token::missing)).strip();
        }

        private static Failure missing() {
            return Failure.usage(
                    "a token is missing: give --token or --token-file; the operator makes one with"
                            + " 'idlefleet coordinator token --owner NAME'");
        }
    }

    @Command(
            name = "run",
            description = {
                "Compute for others while every rule of yours holds.",
                "SIGTERM and Ctrl-C drain it first."
            })
    static final class Run implements Callable<Integer> {
        @Mixin private Settings settings = new Settings();

        @ArgGroup private Token token = new Token();

        @Override
        public Integer call() throws InterruptedException {
            return run(settings, token);
        }

        /** Runs the daemon until a signal ends it; its exit code. */
        static int run(Settings settings, Token token) throws InterruptedException {
            Leash.follow();
            EdgeConfig config = settings.load();
            try {
                if (token.given() && !NodeIdentity.exists(config.data().resolve("identity"))) {
                    Enrolment.enrol(config, token.text());
                }
                EdgeDaemon.start(config, WorkerCommand.launch(), LastLines::read).runUntilSignal();
                return ExitCode.OK;
            } catch (IOException | IllegalArgumentException e) {
                throw Failure.error(e);
            }
        }
    }

    @Command(name = "enrol", description = "Make this node's key and get its certificate.")
    static final class Enrol implements Runnable {
        @Mixin private Settings settings = new Settings();
        @Mixin private Output output = new Output();

        @ArgGroup(multiplicity = "1")
        private Token token = new Token();

        @Override
        public void run() {
            try {
                NodeIdentity identity = Enrolment.enrol(settings.load(), token.text());
                output.print(
                        JsonMapper.shared()
                                .createObjectNode()
                                .put("node", identity.node().value())
                                .put("owner", identity.owner().value())
                                .put("certificateEnds", identity.expires().toString()),
                        "node %s of owner %s is enrolled; its certificate ends at %s and renews itself%n"
                                .formatted(identity.node(), identity.owner(), identity.expires()));
            } catch (IOException | IllegalArgumentException e) {
                throw Failure.error(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.error("interrupted");
            }
        }
    }

    @Command(name = "status", description = "Say what the node does, and why not if it does not.")
    static final class Status implements Callable<Integer> {
        @Mixin private Settings settings = new Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            Path data = settings.load().data();
            JsonNode status = OwnerCommands.status(data);
            boolean runs = OwnerCommands.runs(status);
            output.print(status, text(status, runs));
            return runs ? ExitCode.OK : ExitCode.NOT_RUNNING;
        }

        private static String text(JsonNode status, boolean runs) {
            var text = new StringBuilder();
            text.append(
                    "node %s of %s: %s%n"
                            .formatted(
                                    status.path("node").asString(),
                                    status.path("owner").asString(),
                                    runs
                                            ? status.path("mode").asString()
                                            : "not running; this is what it said last"));
            for (String what : List.of("link", "gate")) {
                String reason = status.path(what + "Reason").asString();
                String state = status.path(what).asString();
                text.append(
                        "%s %s%n"
                                .formatted(what, reason.isEmpty() ? state : state + ": " + reason));
            }
            text.append(ledgerFault(status)).append(fetchHeld(status));
            String newer = status.path("software").path("sentence").asString("");
            text.append(newer.isEmpty() ? "" : "software: %s%n".formatted(newer));
            Table rules = rules(status);
            var models = new Table("MODEL", "STAGE", ">UNITS/S", "REASON");
            for (JsonNode model : status.path("models")) {
                models.row(
                        model.path("model").asString(),
                        model.path("stage").asString(),
                        Math.round(model.path("workUnitsPerSecond").asDouble()),
                        model.path("reason").asString());
            }
            return text.append(rules.isEmpty() ? "" : rules)
                    .append(models.isEmpty() ? "" : models)
                    .toString();
        }
    }
}
