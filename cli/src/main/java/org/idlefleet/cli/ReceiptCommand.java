package org.idlefleet.cli;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.receipt.ReceiptFiles;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerification;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Given;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

@Command(
        name = "receipt",
        description = "Fetch the signed receipt of a job, and check one offline.",
        subcommands = {ReceiptCommand.Fetch.class, ReceiptCommand.Verify.class})
final class ReceiptCommand {
    private ReceiptCommand() {}

    @Command(
            name = "fetch",
            description = {
                "Write the receipt of a job: what was computed, by whom, who checked it, its"
                        + " price.",
                "Fetched again later it says more: what the audits found, and the keys that drew."
            })
    static final class Fetch implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "JOB", description = "Its id, as in the response header.")
        private String job = "";

        @Option(
                names = "--client-key",
                paramLabel = "KEY",
                defaultValue = "${env:IDLEFLEET_API_KEY}",
                description =
                        "The key of the client whose job it is (default: IDLEFLEET_API_KEY, else"
                                + " the operator's).")
        private Optional<String> clientKey = Optional.empty();

        @Option(
                names = "--output",
                paramLabel = "FILE",
                description = "Where to (default: here); what it is checked by is printed then.")
        private Optional<Path> output = Optional.empty();

        @Option(
                names = "--manifest",
                paramLabel = "FILE",
                description = "Where to write the model's manifest, for 'receipt verify'.")
        private Optional<Path> manifest = Optional.empty();

        @Override
        public void run() {
            var out = spec.commandLine().getOut();
            JsonNode answer = answer("/api/v1/jobs/" + PathPart.of(job) + "/receipt");
            String receipt = answer.path("receipt").asString();
            if (output.isEmpty()) {
                out.print(receipt);
            } else {
                write(output.get(), receipt, "the receipt");
                out.println("the receipt of " + job + " is in " + output.get());
                out.println("key " + answer.path("key").asString());
            }
            if (manifest.isPresent()) {
                if (!answer.path("manifest").isString()) {
                    throw Failure.error(
                            "the coordinator keeps the manifest of " + job + " no more");
                }
                write(manifest.get(), answer.path("manifest").asString(), "the manifest");
            }
            out.flush();
        }

        private static void write(Path file, String text, String what) {
            try {
                Files.writeString(file, text);
            } catch (IOException e) {
                throw Failure.error(what + " can't be written: " + Sentence.of(e));
            }
        }

        private JsonNode answer(String path) {
            if (clientKey.isEmpty()) {
                return operator.get(path);
            }
            try (var api = new AdminApi(operator.running(), clientKey.get())) {
                return api.get(path);
            } catch (AdminApi.Problem e) {
                String message = String.valueOf(e.getMessage());
                throw switch (e.status()) {
                    case 0 -> Failure.notRunning(message);
                    case 401, 403 -> Failure.auth(message);
                    default -> Failure.error(message);
                };
            }
        }
    }

    @Command(
            name = "verify",
            description = {
                "Check a receipt offline, with nothing of the operator's running.",
                "Says what it proves and what it does not; ends with 1 if anything does not hold."
            })
    static final class Verify implements Callable<Integer> {
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "FILE", description = "The file of 'receipt fetch'.")
        private Path file = Path.of("");

        @ArgGroup(multiplicity = "1")
        private Key key = new Key();

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description = "The certificate, as PEM, that the devices' certificates chain to.")
        private Optional<Path> authority = Optional.empty();

        @Option(
                names = "--commitment",
                paramLabel = "DAY=HEX",
                description =
                        "What fixed a day's audit key, as /api/v1/audit-keys/DAY said on that day;"
                                + " may be repeated.")
        private Map<String, String> commitments = new TreeMap<>();

        @Option(
                names = "--manifest",
                paramLabel = "FILE",
                description =
                        "The model's manifest ('receipt fetch --manifest' writes it); the receipt"
                                + " names its digest.")
        private Optional<Path> manifest = Optional.empty();

        @Option(
                names = "--inputs",
                paramLabel = "FILE",
                description = "What you sent: the JSON request, or a text file, an input a line.")
        private Optional<Path> inputs = Optional.empty();

        @Option(
                names = "--outputs",
                paramLabel = "FILE",
                description = "What you got: the JSON answer, or a batch job's output.")
        private Optional<Path> outputs = Optional.empty();

        /** The coordinator's public key, learnt by another way than the receipt. */
        static final class Key {
            @Option(
                    names = "--key",
                    paramLabel = "KEY",
                    description = "The coordinator's public key, learnt by another way.")
            private Optional<String> word = Optional.empty();

            @Option(
                    names = "--key-file",
                    paramLabel = "FILE",
                    description = "A file with that key, pinned earlier.")
            private Optional<Path> file = Optional.empty();

            NoteKey read() throws IOException {
                return NoteKey.parse(
                        word.isPresent()
                                ? word.get()
                                : Files.readString(file.orElseThrow(Key::missing)).strip());
            }

            private static Failure missing() {
                return Failure.usage(
                        "the coordinator's public key is missing: give --key or --key-file");
            }
        }

        @Override
        public Integer call() {
            ReceiptVerification verification;
            try {
                var given =
                        new Given(
                                key.read(),
                                ReceiptFiles.certificate(authority),
                                new TreeMap<>(commitments),
                                ReceiptFiles.manifest(manifest),
                                ReceiptFiles.inputs(inputs),
                                ReceiptFiles.outputs(outputs));
                verification =
                        ReceiptVerifier.verify(
                                ReceiptFiles.receipt(file), given, Ed25519.signatures());
            } catch (IOException e) {
                throw Failure.error("can't be read: " + Sentence.of(e));
            } catch (IllegalArgumentException e) {
                throw Failure.usage(e);
            }
            output.print(json(verification), text(verification));
            return verification.holds() ? ExitCode.OK : ExitCode.ERROR;
        }

        private static ObjectNode json(ReceiptVerification verification) {
            ObjectNode json = JsonMapper.shared().createObjectNode();
            json.put("holds", verification.holds());
            list(json.putArray("faults"), verification.faults());
            list(json.putArray("proven"), verification.proven());
            list(json.putArray("notProven"), verification.open());
            return json;
        }

        private static void list(ArrayNode into, List<String> sentences) {
            sentences.forEach(into::add);
        }

        private static String text(ReceiptVerification verification) {
            return verification.holds()
                    ? "the receipt holds. It proves:\n  "
                            + String.join("\n  ", verification.proven())
                            + "\nIt does not prove:\n  "
                            + String.join("\n  ", verification.open())
                            + "\n"
                    : "the receipt does not hold:\n  "
                            + String.join("\n  ", verification.faults())
                            + "\n";
        }
    }
}
