package org.idlefleet.cli;

import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.edge.adapter.EdgeDaemon;
import org.idlefleet.edge.adapter.Removal;
import org.idlefleet.edge.adapter.config.EdgeConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Takes the node off this device, and says what is still owed to its owner. */
@Command(
        name = "uninstall",
        description = {
            "Drain and stop the node, hand its leases back, remove its key, models and data.",
            "Receipts stay unless --receipts is given."
        })
final class UninstallCommand implements Callable<Integer> {
    /** Where the package's unit lies. */
    private static final Path UNIT = Path.of("/usr/lib/systemd/system/idlefleet-edge.service");

    private static final Path SYSTEMD = Path.of("/run/systemd/system");

    @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
    @Mixin private Output output = new Output();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--receipts", description = "Remove receipts and the newest checkpoint, too.")
    private boolean receipts;

    @Override
    public Integer call() throws IOException {
        EdgeConfig config = settings.load();
        Path data = config.data();
        Optional<JsonNode> status = status(data);
        String owed =
                status.map(said -> OwnerCommands.owed(said.path("earnings")))
                        .orElse("nothing is known of earnings");
        List<Path> victims = Removal.victims(data, receipts);
        if (!yes && !confirmed(owed, victims)) {
            throw Failure.error("nothing was done; --yes does it without asking");
        }
        try {
            stop(config);
            Removal.remove(data, receipts);
        } catch (IOException e) {
            throw Failure.error(e);
        }
        output.print(
                JsonMapper.shared()
                        .createObjectNode()
                        .put("removed", victims.size())
                        .put("owed", owed)
                        .put("left", left(data)),
                "removed %d files and folders of %s%n%s%n%s%n"
                        .formatted(victims.size(), data, owed, left(data)));
        return ExitCode.OK;
    }

    private static Optional<JsonNode> status(Path data) throws IOException {
        return EdgeDaemon.status(data).map(JsonMapper.shared()::readTree);
    }

    private static boolean confirmed(String owed, List<Path> victims) throws IOException {
        System.err.println(owed);
        for (Path victim : victims) {
            System.err.printf("  %,13d bytes  %s%n", bytes(victim), victim);
        }
        System.err.print("Stop the node and remove all of this? Type yes: ");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return "yes".equals(in.readLine());
    }

    private static long bytes(Path path) throws IOException {
        return Durable.bytesOf(path);
    }

    private static void stop(EdgeConfig config) throws IOException {
        if (Files.exists(UNIT) && Files.isDirectory(SYSTEMD)) {
            try {
                // Else systemd would start it again.
                new ProcessBuilder("systemctl", "disable", "--now", "idlefleet-edge.service")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Removal.stop(config.data(), config.drainLimit());
    }

    /** What the owner may still want to do. */
    private static String left(Path data) {
        String kept = Files.exists(data) ? "receipts stay in " + data + "; " : "";
        return kept
                + (Files.exists(UNIT)
                        ? "the program goes by: sudo apt purge idlefleet-edge"
                        : "the program goes with its folder");
    }
}
