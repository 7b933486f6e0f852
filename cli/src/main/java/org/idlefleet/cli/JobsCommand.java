package org.idlefleet.cli;

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
                        "JOB", "STATUS", "CLIENT", "MODEL", ">DONE", ">ITEMS", ">QUORUM", ">PAID");
        for (JsonNode job : jobs.path("data")) {
            table.row(
                    job.path("id").asString(),
                    job.path("status").asString(),
                    job.path("client").asString(),
                    job.path("model").asString(),
                    job.path("settled_items").asInt(),
                    job.path("items").asInt(),
                    job.path("quorum").asInt(),
                    job.path("paid").asString());
        }
        output.print(jobs, table.isEmpty() ? "there is no job yet\n" : table);
    }

    @Command(name = "show", description = "Show one job with its shards, votes and payments.")
    static final class Show implements Runnable {
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
                    "%s of %s: %s, %d of %d items of %s, quorum %d, paid %s of %s credits held%n"
                            .formatted(
                                    job.path("id").asString(),
                                    job.path("client").asString(),
                                    job.path("status").asString(),
                                    job.path("settled_items").asInt(),
                                    job.path("items").asInt(),
                                    job.path("model").asString(),
                                    job.path("quorum").asInt(),
                                    job.path("paid").asString(),
                                    job.path("ceiling").asString()));
            var table = new Table(">SHARD", ">FROM", ">TO", "NODE", "OWNER", "OUTPUT", "VOTE");
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
                            vote.path("fate").asString());
                }
                for (JsonNode fate : shard.path("history")) {
                    table.row(
                            shard.path("shard").asInt(),
                            shard.path("from").asInt(),
                            shard.path("to").asInt(),
                            fate.path("node").asString(),
                            fate.path("owner").asString(),
                            "-",
                            fate.path("fate").asString());
                }
            }
            return text.append(table.isEmpty() ? "no shard is settled yet\n" : table).toString();
        }
    }
}
