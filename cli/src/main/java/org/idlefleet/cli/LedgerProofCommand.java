package org.idlefleet.cli;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Running;
import org.idlefleet.cli.ledger.WitnessRound;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.ExportVerifier;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.Trust;
import org.idlefleet.ledger.proof.Verification;
import org.idlefleet.ledger.proof.Witness;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.ledger.proof.adapter.ProofLog;
import org.idlefleet.ledger.proof.adapter.WitnessFile;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** The commands by which others than the operator see for themselves that the books are right. */
final class LedgerProofCommand {
    private LedgerProofCommand() {}

    @Command(
            name = "checkpoint",
            description = "Print the newest signed checkpoint and the key to check it by.")
    static final class NewestCheckpoint implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            ObjectNode json =
                    isRunning(operator)
                            ? (ObjectNode) operator.get("/api/v1/ledger/checkpoint")
                            : offline(
                                    operator,
                                    (proof, note, _) ->
                                            LedgerJson.object()
                                                    .put("key", proof.key().toString())
                                                    .put("note", note.toString()));
            output.print(
                    json,
                    "%s\nkey %s\n"
                            .formatted(json.path("note").asString(), json.path("key").asString()));
        }
    }

    @Command(
            name = "export",
            description = "Write all that an owner or client can prove, for 'ledger verify'.")
    static final class ExportOf implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Spec private CommandSpec spec = CommandSpec.create();

        @Mixin private LedgerCommand.Holder holder = new LedgerCommand.Holder();

        @Option(
                names = "--seen",
                paramLabel = "SIZE",
                split = ",",
                description = "Sizes of checkpoints that the holder pinned earlier.")
        private List<Long> seen = List.of();

        @Option(names = "--out", paramLabel = "FILE", description = "Where to (default: here).")
        private Optional<Path> out = Optional.empty();

        @Override
        public void run() {
            String name = holder.name();
            String text = isRunning(operator) ? online(name) : offline(name);
            if (out.isEmpty()) {
                spec.commandLine().getOut().print(text);
                spec.commandLine().getOut().flush();
                return;
            }
            try {
                Files.writeString(out.get(), text);
            } catch (IOException e) {
                throw Failure.error("the export can't be written: " + Sentence.of(e));
            }
        }

        private String online(String name) {
            String sizes = seen.stream().map(String::valueOf).collect(Collectors.joining(","));
            return operator.get("/api/v1/ledger/exports/" + PathPart.of(name) + "?seen=" + sizes)
                    .path("export")
                    .asString();
        }

        private String offline(String name) {
            return LedgerProofCommand.offline(
                    operator,
                    (proof, note, reader) -> proof.export(note, name, seen, reader).text());
        }
    }

    @Command(
            name = "verify",
            description = {
                "Check an export offline, with nothing of the operator's running.",
                "Finds changed, invented, reordered and missing lines, rewritten histories and"
                        + " broken promises."
            })
    static final class Verify implements Callable<Integer> {
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "EXPORT", description = "The file of 'ledger export'.")
        private Path export = Path.of("");

        @Option(
                names = "--key",
                required = true,
                paramLabel = "KEY",
                description = "The ledger's public key, learnt by another way than this file.")
        private String key = "";

        @Option(
                names = "--witness",
                paramLabel = "KEY",
                description = "A witness's public key; may be repeated.")
        private List<String> witnesses = List.of();

        @Option(
                names = "--witnesses-needed",
                paramLabel = "N",
                description = "How many of them must have cosigned (default: all named).")
        private Optional<Integer> needed = Optional.empty();

        @Option(
                names = "--pinned",
                paramLabel = "FILE",
                description = "A checkpoint seen earlier; may be repeated.")
        private List<Path> pinned = List.of();

        @Option(
                names = "--receipts",
                paramLabel = "FILE",
                description =
                        "Signed receipts, as 'edge ledger --receipts' writes them; may be"
                                + " repeated.")
        private List<Path> receipts = List.of();

        @Override
        public Integer call() {
            Verification verification;
            try {
                NoteKey log = NoteKey.parse(key);
                var trust =
                        new Trust(
                                log.name(),
                                log,
                                witnesses.stream().map(NoteKey::parse).toList(),
                                needed.orElse(witnesses.size()),
                                checkpoints(log),
                                receipts());
                verification =
                        ExportVerifier.verify(
                                Files.readString(export), trust, Ed25519.signatures());
            } catch (IOException e) {
                throw Failure.error("can't be read: " + Sentence.of(e));
            } catch (IllegalArgumentException e) {
                throw Failure.usage(e);
            }
            report(verification);
            return verification.holds() ? ExitCode.OK : ExitCode.ERROR;
        }

        private List<Checkpoint> checkpoints(NoteKey log) throws IOException {
            var checkpoints = new ArrayList<Checkpoint>();
            for (SignedNote note : notes(pinned)) {
                if (!note.isSignedBy(log, Ed25519.signatures())) {
                    throw Failure.error("a pinned checkpoint is not signed by " + log);
                }
                checkpoints.add(Checkpoint.parse(note.text()));
            }
            return checkpoints;
        }

        private List<SignedReceipts> receipts() throws IOException {
            var all = new ArrayList<SignedReceipts>();
            for (Path file : receipts) {
                all.addAll(SignedReceipts.parse(Files.readString(file)));
            }
            return all;
        }

        private static List<SignedNote> notes(List<Path> files) throws IOException {
            var notes = new ArrayList<SignedNote>();
            for (Path file : files) {
                notes.add(SignedNote.parse(Files.readString(file)));
            }
            return notes;
        }

        private static String promises(Verification verification) {
            return verification.kept() + verification.open() == 0
                    ? ""
                    : "%d receipts kept, %d not due yet%n"
                            .formatted(verification.kept(), verification.open());
        }

        private void report(Verification verification) {
            ObjectNode json =
                    LedgerJson.object()
                            .put("holds", verification.holds())
                            .put("entries", verification.entries())
                            .put("receiptsKept", verification.kept())
                            .put("receiptsNotDue", verification.open());
            ObjectNode balances = json.putObject("balances");
            var table = new Table("ACCOUNT", ">CREDITS");
            verification
                    .balances()
                    .forEach((account, balance) -> {
                        balances.put(account.path(), balance.toString());
                        table.row(account, balance);
                    });
            var faults = json.putArray("faults");
            verification.faults().forEach(faults::add);
            output.print(
                    json,
                    verification.holds()
                            ? "all %d entries hold%n%s%s"
                                    .formatted(
                                            verification.entries(), promises(verification), table)
                            : "the export does not hold:\n  "
                                    + String.join("\n  ", verification.faults())
                                    + "\n");
        }
    }

    @Command(
            name = "witness",
            description = {
                "Watch a ledger from outside: cosign its checkpoints as long as each continues the"
                        + " one before.",
                "Prints the witness's public key, then a line for each checkpoint."
            })
    static final class WitnessLog implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--dir",
                required = true,
                paramLabel = "DIR",
                description = "Where the witness keeps its key and what it saw.")
        private Path directory = Path.of("");

        @Option(
                names = "--name",
                required = true,
                paramLabel = "NAME",
                description = "Its name, such as witness.example.net.")
        private String name = "";

        @Option(
                names = "--key",
                required = true,
                paramLabel = "KEY",
                description = "The ledger's public key.")
        private String key = "";

        @Option(
                names = "--api",
                required = true,
                paramLabel = "URL",
                description = "Where the ledger's coordinator answers.")
        private URI api = URI.create("");

        @Option(
                names = "--every",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How often to look (default: ${DEFAULT-VALUE}).")
        private int every;

        @Option(names = "--once", description = "Look once and end.")
        private boolean once;

        @Override
        public Integer call() throws IOException, InterruptedException {
            var out = spec.commandLine().getOut();
            WitnessFile witness = open();
            out.println("key " + witness.key());
            out.flush();
            var round = new WitnessRound(witness, directory);
            try (var coordinator = new AdminApi(api, "none")) {
                while (true) {
                    int code = look(round, coordinator);
                    if (once || code == ExitCode.ERROR) {
                        return code;
                    }
                    Thread.sleep(Math.max(1, every) * 1_000L);
                }
            }
        }

        private WitnessFile open() {
            try {
                NoteKey log = NoteKey.parse(key);
                return new WitnessFile(directory, name, log.name(), log);
            } catch (IllegalArgumentException e) {
                throw Failure.usage(e);
            }
        }

        private int look(WitnessRound round, AdminApi coordinator) throws IOException {
            var out = spec.commandLine().getOut();
            try {
                switch (round.go(coordinator, Instant.now())) {
                    case Witness.Opinion.Cosigned cosigned ->
                            out.println(
                                    "cosigned "
                                            + cosigned.note().text().lines().toList().get(1)
                                            + " entries");
                    case Witness.Opinion.Refused refused ->
                            out.println("not cosigned: " + refused.reason());
                    case Witness.Opinion.Forked _ -> {
                        out.println(
                                "the ledger has signed two histories; both are in " + directory);
                        return ExitCode.ERROR;
                    }
                }
                return ExitCode.OK;
            } catch (AdminApi.Problem e) {
                out.println("not cosigned: " + Sentence.of(e));
                return ExitCode.NOT_RUNNING;
            } finally {
                out.flush();
            }
        }
    }

    /** What is done with the proof log of a coordinator that does not run. */
    private interface Offline<T> {
        T with(ProofLog proof, SignedNote note, LedgerReader reader);
    }

    private static <T> T offline(Operator operator, Offline<T> work) {
        LedgerCommand.ledger(operator);
        Path directory = operator.data().resolve("proof");
        Path checkpoint = checkpoint(operator);
        if (!Files.exists(checkpoint)) {
            throw Failure.error(
                    "the ledger in "
                            + operator.data()
                            + " was never signed: start its coordinator");
        }
        try (var reader = LedgerReader.open(operator.data().resolve("ledger.db"))) {
            SignedNote note = SignedNote.parse(Files.readString(checkpoint));
            String origin = Checkpoint.parse(note.text()).origin();
            try (var proof = ProofLog.open(directory, origin, reader)) {
                return work.with(proof, note, reader);
            }
        } catch (IOException | LedgerException e) {
            throw Failure.error(e);
        }
    }

    /**
     * Whether the proof log of a coordinator that does not run holds the very transactions of the
     * ledger; not asked, and so false, while one runs or if nothing was ever signed.
     */
    static boolean matches(Operator operator) {
        if (isRunning(operator) || !Files.exists(checkpoint(operator))) {
            return false;
        }
        boolean matches = offline(operator, (proof, _, reader) -> proof.matches(reader));
        if (!matches) {
            throw Failure.error(
                    "the ledger's transactions are not those of its proof log: rows were changed."
                            + " Build the ledger again from the event log: delete ledger.db and"
                            + " start the coordinator");
        }
        return true;
    }

    private static Path checkpoint(Operator operator) {
        return operator.data().resolve("proof").resolve("checkpoint");
    }

    /** Then its proofs are asked for; files that it writes are not opened beside it. */
    static boolean isRunning(Operator operator) {
        try {
            return operator.hasApi() || Running.read(operator.data()).isPresent();
        } catch (IOException e) {
            throw Failure.error(e);
        }
    }
}
