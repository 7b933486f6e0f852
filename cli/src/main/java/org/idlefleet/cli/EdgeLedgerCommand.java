package org.idlefleet.cli;

import org.idlefleet.edge.adapter.DataDirectory;
import org.idlefleet.edge.adapter.ledger.LedgerPin;
import org.idlefleet.edge.adapter.ledger.LedgerReceipts;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedReceipts;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;

@Command(
        name = "ledger",
        description = {
            "Show the ledger's checkpoint that this node has pinned, and what contradicts it.",
            "The file is one for 'idlefleet ledger verify --pinned'.",
            "Also the signed receipts for payments that this node has no proof of yet, and promises"
                    + " that were broken."
        })
final class EdgeLedgerCommand implements Callable<Integer> {
    @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
    @Mixin private Output output = new Output();

    @Option(
            names = "--forget",
            description =
                    "Pin anew what the coordinator shows next, and work for it again; what was seen"
                            + " stays beside it.")
    private boolean forget;

    @Option(
            names = "--receipts",
            paramLabel = "FILE",
            description =
                    "Write the receipts that are not proven yet to a file for 'idlefleet ledger"
                            + " verify --receipts'.")
    private Optional<Path> receipts = Optional.empty();

    @Override
    public Integer call() throws IOException {
        Path directory = DataDirectory.ledger(settings.load().data());
        if (receipts.isPresent()) {
            return write(LedgerReceipts.kept(directory), receipts.get());
        }
        if (forget) {
            boolean known = new LedgerPin(directory).forget();
            String said =
                    known
                            ? "forgotten; what was seen is in " + directory + ", as forgotten-…"
                            : "nothing was pinned";
            output.print(JsonMapper.shared().createObjectNode().put("said", said), said + "\n");
            return ExitCode.OK;
        }
        Path checkpoint = directory.resolve("checkpoint");
        if (!Files.exists(checkpoint)) {
            throw Failure.error(
                    "no checkpoint is pinned yet; the coordinator sends one with the answer to the"
                            + " node's first heartbeat");
        }
        Path fault = directory.resolve("fault");
        String why = Files.exists(fault) ? Files.readString(fault) : "";
        ObjectNode json =
                JsonMapper.shared()
                        .createObjectNode()
                        .put("key", Files.readString(directory.resolve("key")))
                        .put("file", checkpoint.toString())
                        .put("checkpoint", Files.readString(checkpoint))
                        .put("fault", why);
        List<SignedReceipts> kept = LedgerReceipts.kept(directory);
        List<String> broken = LedgerReceipts.broken(directory);
        Instant now = Instant.now();
        long pastDeadline = count(kept, list -> list.deadline().isBefore(now));
        json.put("receipts", count(kept, _ -> true)).put("receiptsPastDeadline", pastDeadline);
        ArrayNode promises = json.putArray("broken");
        broken.forEach(promises::add);
        output.print(
                json,
                json.path("checkpoint").asString()
                        + "key "
                        + json.path("key").asString()
                        + "\nfile "
                        + checkpoint
                        + "\nreceipts not proven yet: %d, %d of them past their deadline; the node asks for sixteen at a time, drawn by lot%n"
                                .formatted(count(kept, _ -> true), pastDeadline)
                        + broken.stream()
                                .map("BROKEN PROMISE: %s%n"::formatted)
                                .collect(Collectors.joining())
                        + (why.isEmpty()
                                ? ""
                                : "CONTRADICTED: %s; the node takes no work (see %s)%n"
                                        .formatted(why, directory.resolve("refused"))));
        return why.isEmpty() && broken.isEmpty() ? ExitCode.OK : ExitCode.ERROR;
    }

    private Integer write(List<SignedReceipts> kept, Path file) throws IOException {
        if (kept.isEmpty()) {
            throw Failure.error("every payment that this node was promised is proven: no receipts");
        }
        Files.writeString(
                file, kept.stream().map(SignedReceipts::text).collect(Collectors.joining()));
        String said = count(kept, _ -> true) + " receipts are in " + file;
        output.print(JsonMapper.shared().createObjectNode().put("said", said), said + "\n");
        return ExitCode.OK;
    }

    private static long count(List<SignedReceipts> lists, Predicate<Receipts> which) {
        return lists.stream()
                .map(SignedReceipts::receipts)
                .filter(which)
                .mapToLong(list -> list.all().size())
                .sum();
    }
}
