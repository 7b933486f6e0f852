package org.idlefleet.cli;

import org.idlefleet.coordinator.adapter.Backup;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Copies of the coordinator's data, and a data directory made of one. */
final class LedgerBackupCommand {
    private LedgerBackupCommand() {}

    @Command(
            name = "backup",
            description = {
                "Copy the coordinator's data directory, while it runs or not, so that a coordinator"
                        + " can go on from the copy.",
                "In it are keys, event log, ledger, proof log, operators, payouts and models: keep"
                        + " it as secret as the directory itself."
            })
    static final class Make implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "DIR", description = "Where to; must not exist.")
        private Path target = Path.of("");

        @Override
        public void run() {
            try {
                Backup.make(operator.data(), target);
            } catch (IOException e) {
                throw Failure.error(e);
            }
            output.print(
                    LedgerJson.object().put("backup", target.toString()),
                    "%s holds a copy of %s, keys included%n".formatted(target, operator.data()));
        }
    }

    @Command(
            name = "restore",
            description = {
                "Make a coordinator's data directory of a backup, and hold it against what the"
                        + " ledger has published since.",
                "What was booked after the backup is lost; the command says how much."
            })
    static final class Restore implements Runnable {
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "BACKUP", description = "The directory of 'ledger backup'.")
        private Path backup = Path.of("");

        @Option(
                names = "--data",
                required = true,
                paramLabel = "DIR",
                description = "The data directory to make; must not exist.")
        private Path data = Path.of("");

        @Option(
                names = "--published",
                paramLabel = "FILE",
                description =
                        "The newest checkpoint that somebody has seen: proof/checkpoint of the old"
                                + " directory, a witness's, or ledger/checkpoint of a node; may be"
                                + " repeated.")
        private List<Path> published = List.of();

        @Option(
                names = "--accept-loss",
                description =
                        "Restore although what was published after the backup is lost: its"
                            + " payments, and the work of every node that pinned it until its owner"
                            + " says 'edge ledger --forget'.")
        private boolean acceptLoss;

        @Override
        public void run() {
            Backup.Restored restored;
            try {
                var notes = new ArrayList<SignedNote>();
                for (Path file : published) {
                    notes.add(SignedNote.parse(Files.readString(file)));
                }
                restored = Backup.restore(backup, data, notes, acceptLoss);
            } catch (IOException e) {
                throw Failure.error(e);
            } catch (IllegalArgumentException e) {
                throw Failure.usage("no checkpoint: " + Sentence.of(e));
            }
            ObjectNode json =
                    LedgerJson.object()
                            .put("data", data.toString())
                            .put("events", restored.events())
                            .put("transactions", restored.transactions())
                            .put("lost", restored.lost());
            output.print(
                    json,
                    "%s is restored up to event %d, with %d transactions%n%s"
                            .formatted(
                                    data,
                                    restored.events(),
                                    restored.transactions(),
                                    loss(restored)));
        }

        private String loss(Backup.Restored restored) {
            if (restored.lost() > 0) {
                return "LOST: %d transactions that were published after the backup%n"
                        .formatted(restored.lost());
            }
            return published.isEmpty()
                    ? "whatever was published after the backup is lost; nobody said what that is%n"
                            .formatted()
                    : "nothing that was published is lost%n".formatted();
        }
    }
}
