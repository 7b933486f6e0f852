package org.idlefleet.cli;

import org.idlefleet.edge.adapter.DataDirectory;
import org.idlefleet.edge.adapter.EdgeDaemon;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.diary.DiaryFile;
import org.idlefleet.edge.adapter.diary.DiaryReport;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.adapter.page.PageAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;

/** What an owner says to the node on this device, and asks of it. */
final class OwnerCommands {
    private OwnerCommands() {}

    /** What the node on this data directory said last. */
    static JsonNode status(Path data) throws IOException {
        return JsonMapper.shared()
                .readTree(EdgeDaemon.status(data).orElseThrow(() -> neverRan(data)));
    }

    /** Whether the process that said it is still there. */
    static boolean runs(JsonNode status) {
        return ProcessHandle.of(status.path("pid").asLong())
                .map(ProcessHandle::isAlive)
                .orElse(false);
    }

    /** What is owed to the owner, in words; it is paid whether or not the device takes part. */
    static String owed(JsonNode earnings) {
        return "still owed to you: payable %s, in escrow %s credits; the operator pays without this device"
                .formatted(
                        millionths(earnings.path("payableMicros")),
                        millionths(earnings.path("escrowMicros")));
    }

    private static String millionths(JsonNode micros) {
        return BigDecimal.valueOf(micros.asLong(), 6).toPlainString();
    }

    private static Failure neverRan(Path data) {
        return Failure.notRunning(
                "no node ever ran on " + data + "; start it with 'idlefleet edge run'");
    }

    private static void say(Path data, OwnerMode mode, String sentence, Output output)
            throws IOException {
        if (!Files.isDirectory(data)) {
            throw neverRan(data);
        }
        OwnerMode.write(data, mode);
        ObjectNode json = JsonMapper.shared().createObjectNode().put("said", sentence);
        output.print(json, sentence + "\n");
    }

    @Command(
            name = "why",
            description = "Show every rule with the value it sees, that value's age, the verdict.")
    static final class Why implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            JsonNode status = status(settings.load().data());
            boolean runs = runs(status);
            ObjectNode json = JsonMapper.shared().createObjectNode();
            json.put("running", runs).put("at", status.path("written").asString());
            json.put("gate", status.path("gate").asString());
            json.set("rules", status.path("rules"));
            json.put("fetchHeld", status.path("fetchHeld").asString(""));
            json.put("ledgerFault", status.path("ledger").path("fault").asString(""));
            output.print(json, text(status, runs));
            return runs ? ExitCode.OK : ExitCode.NOT_RUNNING;
        }

        private static String text(JsonNode status, boolean runs) {
            Table rules = EdgeCommand.rules(status);
            String gate = status.path("gate").asString();
            String at = status.path("written").asString();
            return (runs
                            ? "gate " + gate + ", as of "
                            : "not running; the gate was " + gate + " at ")
                    + at
                    + "\n"
                    + EdgeCommand.ledgerFault(status)
                    + EdgeCommand.fetchHeld(status)
                    + rules;
        }
    }

    @Command(name = "pause", description = "Compute nothing until 'resume', or for a while.")
    static final class Pause implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Option(
                names = "--for",
                paramLabel = "TIME",
                description = "Such as 30m or 2h (default: until 'resume').")
        private Optional<String> time = Optional.empty();

        @Override
        public Integer call() throws IOException {
            Optional<Instant> until =
                    time.map(
                            text -> Instant.now().plus(time(text)).truncatedTo(ChronoUnit.SECONDS));
            String end = until.map(at -> "until " + at).orElse("until 'idlefleet edge resume'");
            say(settings.load().data(), new OwnerMode.Pause(until), "paused " + end, output);
            return ExitCode.OK;
        }

        static Duration time(String text) {
            if (!text.matches("[1-9]\\d{0,5}[smhd]")) {
                throw Failure.usage("--for takes a time such as 30m or 2h, found '" + text + "'");
            }
            long count = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(count);
                case 'm' -> Duration.ofMinutes(count);
                case 'h' -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        }
    }

    @Command(name = "resume", description = "Compute again whenever the rules allow it.")
    static final class Resume implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            String sentence = "computes again whenever the rules allow it";
            say(settings.load().data(), new OwnerMode.Run(), sentence, output);
            return ExitCode.OK;
        }
    }

    @Command(name = "finish", description = "End what runs, begin nothing new until 'resume'.")
    static final class Finish implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            String sentence = "finishes what it holds and begins nothing new";
            say(settings.load().data(), new OwnerMode.Finish(), sentence, output);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "earnings",
            description = "Show what the node's owner earned, and what is left after its costs.")
    static final class Earnings implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            EdgeConfig config = settings.load();
            JsonNode status = status(config.data());
            ObjectNode report =
                    DiaryReport.json(
                            DiaryFile.read(DataDirectory.diary(config.data())),
                            config.costs(),
                            config.rules().zone(),
                            Instant.now());
            report.set("earnings", status.path("earnings"));
            output.print(report, text(report, status));
            return ExitCode.OK;
        }

        private static String text(JsonNode report, JsonNode status) {
            JsonNode account = report.path("earnings");
            String currency = report.path("currency").asString();
            var table =
                    new Table(
                            "",
                            ">HOURS",
                            ">KWH",
                            ">CREDITS",
                            ">EARNED " + currency,
                            ">ELECTRICITY",
                            ">WEAR",
                            ">NET " + currency);
            report.path("periods")
                    .properties()
                    .forEach(period -> {
                        JsonNode sum = period.getValue();
                        table.row(
                                period.getKey(),
                                "%.2f".formatted(sum.path("computeMillis").asLong() / 3.6e6),
                                "%.3f%s"
                                        .formatted(
                                                sum.path("energyMillijoules").asLong() / 3.6e9,
                                                mark(sum)),
                                millionths(sum.path("earnedMicroCredits")),
                                millionths(sum.path("earnedMicros")),
                                millionths(sum.path("electricityMicros")),
                                millionths(sum.path("wearMicros")),
                                millionths(sum.path("netMicros")));
                    });
            return "payable %s, in escrow until it is final %s; as the coordinator said before %s%n"
                            .formatted(
                                    millionths(account.path("payableMicros")),
                                    millionths(account.path("escrowMicros")),
                                    status.path("written").asString())
                    + table
                    + notes(report);
        }

        private static String mark(JsonNode sum) {
            return sum.path("unmeteredMillis").asLong() > 0
                    ? " ?"
                    : sum.path("estimatedMillijoules").asLong() > 0 ? " ~" : "";
        }

        private static String notes(JsonNode report) {
            JsonNode month = report.path("periods").path("30 days");
            var notes = new StringBuilder();
            if (month.path("unmeteredMillis").asLong() > 0) {
                notes.append(
                        "? no sensor tells the energy: say with costs.watts what the device"
                                + " draws\n");
            }
            if (month.path("estimatedMillijoules").asLong() > 0) {
                notes.append(
                        "~ estimated, at least in part, from costs.watts and costs.awakeWatts\n");
            }
            if (month.path("electricityMicros").asLong() == 0
                    && month.path("energyMillijoules").asLong() > 0) {
                notes.append(
                        "electricity counts as free: say with rules.tariff or costs.perKwh what it"
                                + " costs you\n");
            }
            return notes.toString();
        }
    }

    @Command(
            name = "page",
            description = "Print the address of the owner's page; it opens on this device only.")
    static final class Page implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            Path data = settings.load().data();
            if (!runs(status(data))) {
                throw Failure.notRunning("the node does not run, and so its page does not");
            }
            PageAddress address =
                    PageAddress.read(DataDirectory.page(data))
                            .orElseThrow(() ->
                                    Failure.error(
                                            "this node has no page: page.enabled is false, or no"
                                                    + " port could be listened on; its log says"));
            output.print(
                    JsonMapper.shared().createObjectNode().put("address", address.text()),
                    address.text() + "\n");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "standing",
            description = {
                "Show how the coordinator judges the node's owner, with the counts behind it.",
                "Honesty is kept for good; availability and speed since the coordinator started."
            })
    static final class Standing implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() throws IOException {
            JsonNode status = status(settings.load().data());
            JsonNode standing = status.path("standing");
            if (standing.isMissingNode()) {
                throw Failure.error(
                        "the coordinator has not told this node its owner's standing yet; it does"
                                + " with every heartbeat while the node is connected");
            }
            output.print(standing, text(status, standing));
            return ExitCode.OK;
        }

        private static String text(JsonNode status, JsonNode standing) {
            JsonNode honesty = standing.path("honesty");
            JsonNode availability = standing.path("availability");
            JsonNode speed = standing.path("speed");
            boolean connected = status.path("link").asString().equals("connected");
            return "owner %s: %s%s%n"
                            .formatted(
                                    status.path("owner").asString(),
                                    state(standing),
                                    standing.path("trusted").asBoolean()
                                            ? "; trusted by the operator"
                                            : "")
                    + "  %s; as the coordinator said before %s%n"
                            .formatted(
                                    standing.has("since")
                                            ? "first result settled "
                                                    + standing.path("since").asString()
                                            : "no result settled yet",
                                    status.path("written").asString())
                    + (connected
                            ? ""
                            : "  %s: %s%n"
                                    .formatted(
                                            status.path("link").asString(),
                                            status.path("linkReason").asString()))
                    + "  honesty       %s of late: %d results, %d checked, %d right, %d inconclusive, %d voted down%n"
                            .formatted(
                                    TrustCommand.share(honesty.path("recentShare")),
                                    honesty.path("results").asLong(),
                                    honesty.path("checked").asLong(),
                                    honesty.path("agreed").asLong(),
                                    honesty.path("inconclusive").asLong(),
                                    honesty.path("outvoted").asLong())
                    + "                known answers: %d passed, %d failed%n"
                            .formatted(
                                    honesty.path("ringersPassed").asLong(),
                                    honesty.path("ringersFailed").asLong())
                    + "                drawn for an audit: %d, audited %d, open %d, done by nobody %d"
                            .formatted(
                                    honesty.path("drawn").asLong(),
                                    honesty.path("drawnAudited").asLong(),
                                    honesty.path("drawnOpen").asLong(),
                                    honesty.path("drawnUnaudited").asLong())
                    + TrustCommand.outvotes(honesty.path("outvotes"))
                    + "\n  availability  %s: %d leases answered, %d handed back in time, %d lost, %d refused or malformed%n"
                            .formatted(
                                    TrustCommand.share(availability.path("share")),
                                    availability.path("answered").asLong(),
                                    availability.path("released").asLong(),
                                    availability.path("lost").asLong(),
                                    availability.path("refused").asLong())
                    + "  speed         %s of what was expected: %.1f s computed, %.1f s expected%n"
                            .formatted(
                                    TrustCommand.times(speed.path("againstExpectation")),
                                    speed.path("takenSeconds").asDouble(),
                                    speed.path("expectedSeconds").asDouble());
        }

        private static String state(JsonNode standing) {
            return switch (standing.path("state").asString()) {
                case "warm_up" ->
                        "new; every result is audited until %d checks were passed, %d so far"
                                .formatted(
                                        standing.path("honesty").path("warmUpChecks").asLong(),
                                        standing.path("honesty").path("agreed").asLong());
                case "good" -> "good; only the share that clients buy is audited";
                case "probation" ->
                        "on probation; every result is audited until "
                                + standing.path("probationUntil").asString();
                case "convicted" ->
                        "convicted of a wrong result; no work until the operator grants an appeal";
                default -> standing.path("state").asString();
            };
        }
    }
}
