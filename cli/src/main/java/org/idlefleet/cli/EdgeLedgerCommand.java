package org.idlefleet.cli;

import org.idlefleet.edge.adapter.DataDirectory;
import org.idlefleet.edge.adapter.ledger.LedgerPin;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

@Command(
        name = "ledger",
        description = {
            "Show the ledger's checkpoint that this node has pinned, and what contradicts it.",
            "The file is one for 'idlefleet ledger verify --pinned'."
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

    @Override
    public Integer call() throws IOException {
        Path directory = DataDirectory.ledger(settings.load().data());
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
        output.print(
                json,
                json.path("checkpoint").asString()
                        + "key "
                        + json.path("key").asString()
                        + "\nfile "
                        + checkpoint
                        + "\n"
                        + (why.isEmpty()
                                ? ""
                                : "CONTRADICTED: %s; the node takes no work (see %s)%n"
                                        .formatted(why, directory.resolve("refused"))));
        return why.isEmpty() ? ExitCode.OK : ExitCode.ERROR;
    }
}
