package org.idlefleet.cli;

import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

@Command(
        name = "operator",
        description = "Give each operator a key of his own.",
        subcommands = {
            OperatorCommand.Add.class,
            OperatorCommand.Show.class,
            OperatorCommand.Revoke.class
        })
final class OperatorCommand {
    private static final String OPERATORS = "/api/v1/operators";

    private OperatorCommand() {}

    @Command(
            name = "add",
            description = {
                "Make a key for an operator; it is shown once, or written to a new file.",
                "Every operator may look. The role operate also lets him change things and propose"
                        + " payouts, approve lets him release payouts that another proposed."
            })
    static final class Add implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "NAME", description = "Who: small letters, digits, _ and -.")
        private String name = "";

        @Option(
                names = "--role",
                required = true,
                split = ",",
                paramLabel = "ROLE",
                description = "read, operate or approve; or several, by commas.")
        private List<String> roles = List.of();

        @Option(
                names = "--out",
                paramLabel = "FILE",
                description = "A new file for the key, which only you can read.")
        private Optional<Path> out = Optional.empty();

        @Override
        public void run() {
            if (out.isEmpty()) {
                JsonNode made = operator.post(OPERATORS, Map.of("name", name, "roles", roles));
                output.print(made, made.path("key").asString() + "\n");
                return;
            }
            Path file = create(out.get());
            boolean written = false;
            try {
                JsonNode made = operator.post(OPERATORS, Map.of("name", name, "roles", roles));
                Files.writeString(
                        file, made.path("key").asString() + "\n", StandardCharsets.US_ASCII);
                written = true;
                output.print(
                        made, "the key of %s is in %s%n".formatted(name, file.toAbsolutePath()));
            } catch (IOException e) {
                throw Failure.error(
                        "the key can't be written to "
                                + file
                                + ": "
                                + e
                                + "; revoke "
                                + name
                                + " and make another one");
            } finally {
                if (!written) {
                    var _ = file.toFile().delete();
                }
            }
        }

        private static Path create(Path file) {
            try {
                return Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } catch (FileAlreadyExistsException _) {
                throw Failure.usage(file + " exists: name a new file for the key");
            } catch (IOException e) {
                throw Failure.error("the key file " + file + " can't be made: " + Sentence.of(e));
            }
        }
    }

    @Command(name = "list", description = "Show who has a key, and what it may do.")
    static final class Show implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            JsonNode operators = operator.get(OPERATORS);
            var table = new Table("OPERATOR", "ROLES", "SINCE");
            table.row("admin", "read, operate, approve, admin", "the first start");
            for (JsonNode line : operators.path("data")) {
                table.row(
                        line.path("name").asString(),
                        line.path("roles")
                                .valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.joining(", ")),
                        line.path("created").asString());
            }
            output.print(operators, table);
        }
    }

    @Command(name = "revoke", description = "Make an operator's key worth nothing, at once.")
    static final class Revoke implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "NAME", description = "Whose.")
        private String name = "";

        @Override
        public void run() {
            output.print(
                    operator.post(OPERATORS + "/" + PathPart.of(name) + "/revoke", Map.of()),
                    "the key of " + name + " opens nothing any more\n");
        }
    }

    @Command(
            name = "audit",
            description = "Show what operators asked for, and what became of it, the newest first.")
    static final class Audit implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100",
                description = "How many, at most 1000 (default: ${DEFAULT-VALUE}).")
        private int limit;

        @Option(
                names = "--before",
                paramLabel = "ID",
                description = "Only what is older than this one.")
        private Optional<Long> before = Optional.empty();

        @Override
        public void run() {
            String older = before.map(id -> "&before=" + id).orElse("");
            JsonNode log = operator.get("/api/v1/audit-log?limit=" + limit + older);
            var table = new Table(">ID", "WHEN", "OPERATOR", "OUTCOME", "ASKED FOR");
            for (JsonNode line : log.path("data")) {
                table.row(
                        line.path("id").asString(),
                        line.path("at").asString(),
                        line.path("operator").asString(),
                        line.path("outcome").asString(),
                        line.path("action").asString());
            }
            output.print(log, table);
        }
    }
}
