package org.idlefleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

@Command(
        name = "trust",
        description = "Show what is known of owners, and decide whom to trust.",
        subcommands = {
            TrustCommand.Show.class,
            TrustCommand.Grant.class,
            TrustCommand.Revoke.class,
            TrustCommand.Reinstate.class
        })
final class TrustCommand {
    private TrustCommand() {}

    @Command(
            name = "show",
            description = {
                "Show every owner's standing, or one owner's with the evidence behind it.",
                "Honesty is kept for good; availability and speed since the coordinator started."
            })
    static final class Show implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(
                arity = "0..1",
                paramLabel = "OWNER",
                description = "Whose; everybody's if left out.")
        private Optional<String> owner = Optional.empty();

        @Override
        public void run() {
            JsonNode owners = operator.get("/api/v1/owners");
            if (owner.isPresent()) {
                one(owners, owner.get());
            } else {
                all(owners);
            }
        }

        private void all(JsonNode owners) {
            var table =
                    new Table(
                            "OWNER",
                            "STATE",
                            "TRUSTED",
                            ">RESULTS",
                            ">CHECKED",
                            ">OUTVOTED",
                            ">HONESTY",
                            ">AVAILABLE",
                            ">SPEED");
            for (JsonNode line : owners.path("data")) {
                JsonNode honesty = line.path("honesty");
                table.row(
                        line.path("id").asString(),
                        line.path("state").asString(),
                        line.path("trusted").asBoolean() ? "yes" : "no",
                        honesty.path("results").asLong(),
                        honesty.path("checked").asLong(),
                        honesty.path("outvoted").asLong(),
                        share(honesty.path("recent_share")),
                        share(line.path("availability").path("share")),
                        times(line.path("speed").path("against_expectation")));
            }
            output.print(owners, table.isEmpty() ? "no owner has a standing yet\n" : table);
        }

        private void one(JsonNode owners, String name) {
            for (JsonNode line : owners.path("data")) {
                if (line.path("id").asString().equals(name)) {
                    output.print(line, text(line));
                    return;
                }
            }
            throw Failure.error("no result of owner '" + name + "' was ever settled here");
        }

        private static String text(JsonNode line) {
            JsonNode honesty = line.path("honesty");
            JsonNode availability = line.path("availability");
            JsonNode speed = line.path("speed");
            return "owner "
                    + line.path("id").asString()
                    + ": "
                    + line.path("state").asString()
                    + (line.path("trusted").asBoolean() ? ", trusted by the operator" : "")
                    + ", since "
                    + line.path("since").asString()
                    + conviction(line.path("conviction"))
                    + "\n  honesty       "
                    + share(honesty.path("recent_share"))
                    + " of late: "
                    + honesty.path("results").asLong()
                    + " results, "
                    + honesty.path("checked").asLong()
                    + " checked, "
                    + honesty.path("agreed").asLong()
                    + " right, "
                    + honesty.path("inconclusive").asLong()
                    + " inconclusive, "
                    + honesty.path("outvoted").asLong()
                    + " voted down, "
                    + honesty.path("cleared").asLong()
                    + " of them right after all"
                    + "\n                known answers: "
                    + honesty.path("ringers_passed").asLong()
                    + " passed, "
                    + honesty.path("ringers_failed").asLong()
                    + " failed"
                    + "\n                drawn for an audit: "
                    + honesty.path("drawn").asLong()
                    + ", audited "
                    + honesty.path("drawn_audited").asLong()
                    + ", open "
                    + honesty.path("drawn_open").asLong()
                    + ", done by nobody "
                    + honesty.path("drawn_unaudited").asLong()
                    + checked(line)
                    + outvotes(line.path("outvotes"))
                    + "\n  availability  "
                    + share(availability.path("share"))
                    + ": "
                    + availability.path("answered").asLong()
                    + " leases answered, "
                    + availability.path("released").asLong()
                    + " handed back in time, "
                    + availability.path("lost").asLong()
                    + " lost, "
                    + availability.path("refused").asLong()
                    + " refused or malformed\n  speed         "
                    + times(speed.path("against_expectation"))
                    + " of what was expected\n"
                    + devices(line.path("devices"));
        }

        private static String conviction(JsonNode conviction) {
            return conviction.isMissingNode()
                    ? ""
                    : "\n  convicted     "
                            + conviction.path("at").asString()
                            + ", "
                            + conviction.path("reason").asString();
        }

        /** Why more of its results are audited than clients bought, if so. */
        private static String checked(JsonNode line) {
            var why = new StringBuilder();
            if (line.has("probation_until")) {
                why.append("\n                everything audited until ")
                        .append(line.path("probation_until").asString());
            }
            if (line.has("cohort_of_convicted")) {
                why.append("\n                everything audited for a day: enrolled with ")
                        .append(line.path("cohort_of_convicted").asString())
                        .append(", who is convicted");
            }
            if (line.path("spared").asBoolean()) {
                why.append(
                        "\n                audited four times as much since a device was faulty");
            }
            return why.toString();
        }

        private static String devices(JsonNode devices) {
            var text = new StringBuilder();
            for (JsonNode device : devices) {
                text.append("  device        ")
                        .append(device.path("node").asString())
                        .append(
                                device.path("faulty").asBoolean()
                                        ? ": FAULTY, turned away; "
                                        : ": ")
                        .append(device.path("agreed").asLong())
                        .append(" right, ")
                        .append(device.path("outvoted").asLong())
                        .append(" voted down");
                for (JsonNode shown : device.path("shown")) {
                    long checks = shown.path("checks").asLong();
                    long needed = shown.path("checks_needed").asLong();
                    text.append("\n                model ")
                            .append(shown.path("manifest").asString(), 0, 12)
                            .append(" in ")
                            .append(shown.path("numeric_class").asString())
                            .append(
                                    checks < needed
                                            ? ": " + checks + " of " + needed + " checks passed"
                                            : ": warmed up");
                }
                text.append('\n');
            }
            return text.toString();
        }
    }

    /** A line for each outvote, begun by a line feed; owners are not told in which job it was. */
    static String outvotes(JsonNode outvotes) {
        var text = new StringBuilder();
        for (JsonNode outvote : outvotes) {
            text.append("\n                voted down: ")
                    .append(outvote.path("job").asString())
                    .append(" shard ")
                    .append(outvote.path("shard").asInt())
                    .append(outvote.has("by") ? ", by " + outvote.path("by").asString() : "")
                    .append(" at ")
                    .append(outvote.path("at").asString())
                    .append(", computed on ")
                    .append(outvote.path("node").asString());
        }
        return text.toString();
    }

    /** A share of one as a percentage. */
    static String share(JsonNode value) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * value.asDouble());
    }

    /** How many times as much. */
    static String times(JsonNode value) {
        return String.format(Locale.ROOT, "%.2f", value.asDouble());
    }

    @Command(
            name = "grant",
            description = {
                "Trust an owner's results: they decide where votes can't, and convict.",
                "Meant for devices of your own."
            })
    static final class Grant implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "OWNER", description = "Whom to trust.")
        private String owner = "";

        @Override
        public void run() {
            trust(operator, output, owner, true);
        }
    }

    @Command(name = "revoke", description = "Trust an owner no more than any other.")
    static final class Revoke implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "OWNER", description = "Whom not to trust.")
        private String owner = "";

        @Override
        public void run() {
            trust(operator, output, owner, false);
        }
    }

    @Command(
            name = "reinstate",
            description = {
                "Grant a convicted owner's appeal: what it lost comes back, if it is still there,",
                "and all its results are audited for a day. Devices of the owner that were turned",
                "away as faulty may work again, and are checked on everything at first."
            })
    static final class Reinstate implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "OWNER", description = "Whose conviction ends.")
        private String owner = "";

        @Option(names = "--reason", required = true, description = "Why; it stays in the log.")
        private String reason = "";

        @Override
        public void run() {
            JsonNode answer =
                    operator.post(
                            "/api/v1/owners/" + PathPart.of(owner) + "/reinstate",
                            Map.of("reason", reason));
            output.print(answer, "owner " + owner + " may work again, on probation\n");
        }
    }

    private static void trust(Operator operator, Output output, String owner, boolean trusted) {
        JsonNode answer =
                operator.post(
                        "/api/v1/owners/" + PathPart.of(owner) + "/trust",
                        Map.of("trusted", trusted));
        output.print(
                answer,
                "owner "
                        + owner
                        + " is "
                        + (trusted ? "" : "not ")
                        + "trusted from now on"
                        + (trusted && !connected(operator, owner)
                                ? "; none of its devices is connected"
                                : "")
                        + "\n");
    }

    private static boolean connected(Operator operator, String owner) {
        return operator.get("/api/v1/nodes")
                .path("data")
                .valueStream()
                .anyMatch(node -> node.path("owner").asString().equals(owner));
    }
}
