package org.idlefleet.cli;

import org.idlefleet.ledger.Money;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.util.Comparator;
import java.util.List;

@Command(
        name = "jobs",
        description = "Show the newest jobs, or one with its shards and their votes.",
        subcommands = JobsCommand.Show.class)
final class JobsCommand implements Runnable {
    @Mixin private Operator operator = new Operator();
    @Mixin private Output output = new Output();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public void run() {
        JsonNode jobs = operator.get("/api/v1/jobs?limit=" + limit);
        var table =
                new Table(
                        "JOB", "STATUS", "RESULTS", "CLIENT", "MODEL", ">DONE", ">ITEMS", ">QUORUM",
                        ">PAID");
        for (JsonNode job : jobs.path("data")) {
            table.row(
                    job.path("id").asString(),
                    job.path("status").asString(),
                    job.path("settled_items").asInt() == 0
                            ? "-"
                            : job.at("/verification/state").asString(),
                    job.path("client").asString(),
                    job.path("model").asString(),
                    job.path("settled_items").asInt(),
                    job.path("items").asInt(),
                    job.path("quorum").asInt(),
                    job.path("paid").asString());
        }
        output.print(jobs, table.isEmpty() ? "no job since the coordinator started\n" : table);
    }

    @Command(name = "show", description = "Show one job with its shards, votes and payments.")
    static final class Show implements Runnable {
        /** Withdrawn results that are named. */
        private static final int WITHDRAWN_SHOWN = 10;

        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "JOB", description = "Its id, as in the response header.")
        private String job = "";

        @Override
        public void run() {
            JsonNode found = operator.get("/api/v1/jobs/" + PathPart.of(job));
            output.print(found, text(found));
        }

        private static String text(JsonNode job) {
            var text = new StringBuilder();
            text.append(
                    "%s of %s: %s, %d of %d items of %s, quorum %d, paid %s%n"
                            .formatted(
                                    job.path("id").asString(),
                                    job.path("client").asString(),
                                    job.path("status").asString(),
                                    job.path("settled_items").asInt(),
                                    job.path("items").asInt(),
                                    job.path("model").asString(),
                                    job.path("quorum").asInt(),
                                    paid(job)));
            text.append(verification(job.path("verification")));
            var table =
                    new Table(
                            ">SHARD", ">FROM", ">TO", "NODE", "OWNER", "OUTPUT", "VOTE", ">EARNED");
            List<JsonNode> shards =
                    job.path("shards")
                            .valueStream()
                            .sorted(Comparator.comparingInt(shard -> shard.path("shard").asInt()))
                            .toList();
            for (JsonNode shard : shards) {
                for (JsonNode vote : shard.path("votes")) {
                    table.row(
                            shard.path("shard").asInt(),
                            shard.path("from").asInt(),
                            shard.path("to").asInt(),
                            vote.path("node").asString(),
                            vote.path("owner").asString(),
                            vote.path("output").asString().substring(0, 12),
                            vote.path("fate").asString(),
                            earned(shard.path("payment"), vote.path("owner").asString()));
                }
                for (JsonNode fate : shard.path("history")) {
                    table.row(
                            shard.path("shard").asInt(),
                            shard.path("from").asInt(),
                            shard.path("to").asInt(),
                            fate.path("node").asString(),
                            fate.path("owner").asString(),
                            "-",
                            fate.path("fate").asString(),
                            "-");
                }
            }
            return text.append(table.isEmpty() ? "no shard is settled yet\n" : table).toString();
        }

        /** What the owner got for the shard; a dash where that is not known or not yet decided. */
        private static String earned(JsonNode payment, String owner) {
            if (payment.isEmpty()) {
                return "-";
            }
            Money earned = Money.ZERO;
            for (JsonNode posting : payment) {
                if (posting.path("account").asString().startsWith("owner:" + owner + ":")) {
                    earned = earned.plus(Money.parse(posting.path("amount").asString()));
                }
            }
            return earned.toString();
        }

        private static String paid(JsonNode job) {
            return job.path("paid").asString()
                    + (job.at("/verification/audit_of").isMissingNode()
                            ? " of " + job.path("ceiling").asString() + " credits held"
                            : " credits out of what is set aside for checks");
        }

        /** What was checked of it and what came of that, or what it checks itself. */
        private static String verification(JsonNode checked) {
            JsonNode audit = checked.path("audit_of");
            if (!audit.isMissingNode()) {
                return "checks items %d to %d of %s, shard %d, computed by %s: %s%s%n"
                        .formatted(
                                audit.path("from").asInt(),
                                audit.path("to").asInt(),
                                audit.path("job").asString(),
                                audit.path("shard").asInt(),
                                audit.path("owner").asString(),
                                audit.path("cause").asString(),
                                audit.path("by_trusted").asBoolean()
                                        ? ", for trusted owners only"
                                        : "");
            }
            var text = new StringBuilder();
            text.append(
                    "%s, %s: %s%n"
                            .formatted(
                                    checked.path("state").asString(),
                                    checked.path("assurance").asString(),
                                    checked.path("bound").asString()));
            if (checked.path("audits_drawn").asInt() > 0) {
                text.append(
                        ("of %d results %d drawn for an audit;"
                                        + " audits: %d passed, %d refuted, %d unchecked, %d open%n")
                                .formatted(
                                        checked.path("results").asInt(),
                                        checked.path("audits_drawn").asInt(),
                                        checked.path("audits_passed").asInt(),
                                        checked.path("audits_refuted").asInt(),
                                        checked.path("audits_unchecked").asInt(),
                                        checked.path("audits_open").asInt()));
            }
            List<JsonNode> retracted = checked.path("retracted").valueStream().toList();
            retracted.stream()
                    .limit(WITHDRAWN_SHOWN)
                    .forEach(wrong -> text.append(withdrawn(wrong)));
            if (retracted.size() > WITHDRAWN_SHOWN) {
                text.append(
                        "and %d more; --json names them%n"
                                .formatted(retracted.size() - WITHDRAWN_SHOWN));
            }
            return text.toString();
        }

        private static String withdrawn(JsonNode wrong) {
            String instead =
                    wrong.path("replaced").asBoolean()
                            ? "the right ones took their place"
                            : wrong.path("refunded").asString("0") + " credits were paid back";
            return "WITHDRAWN: items %d to %d of shard %d, computed by %s, after %s at %s; %s%n"
                    .formatted(
                            wrong.path("from").asInt(),
                            wrong.path("to").asInt(),
                            wrong.path("shard").asInt(),
                            wrong.path("owner").asString(),
                            wrong.path("audit").asString(),
                            wrong.path("at").asString(),
                            instead);
        }
    }
}
