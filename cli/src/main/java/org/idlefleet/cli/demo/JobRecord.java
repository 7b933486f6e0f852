package org.idlefleet.cli.demo;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What the coordinator's own record says about the demo's jobs: every vote, every lost replica. */
final class JobRecord {
    private final List<JsonNode> jobs;

    JobRecord(List<JsonNode> jobs) {
        this.jobs = List.copyOf(jobs);
    }

    /** A replica that brought no result: which node, why, and who answered the shard then. */
    record Lost(String lease, String node, String owner, String fate, List<String> answeredBy) {
        /** The fate without the readings behind it. */
        String why() {
            return fate.split(" \\(|;", 2)[0];
        }
    }

    /** Items from {@code from} up to {@code to} that one shard answered. */
    record Range(int from, int to) {}

    /** Shards of all jobs. */
    int shards() {
        return jobs.stream().mapToInt(job -> job.path("shards").size()).sum();
    }

    /** Votes of this owner with this fate. */
    long votes(String owner, String fate) {
        return jobs.stream()
                .flatMap(job -> job.path("shards").valueStream())
                .flatMap(shard -> shard.path("votes").valueStream())
                .filter(vote -> vote.path("owner").asString().equals(owner))
                .filter(vote -> vote.path("fate").asString().equals(fate))
                .count();
    }

    /** Replicas of this owner that brought no result. */
    List<Lost> lost(String owner) {
        var lost = new ArrayList<Lost>();
        for (JsonNode job : jobs) {
            for (JsonNode shard : job.path("shards")) {
                for (JsonNode fate : shard.path("history")) {
                    if (fate.path("owner").asString().equals(owner)) {
                        lost.add(
                                new Lost(
                                        fate.path("lease").asString(),
                                        fate.path("node").asString(),
                                        owner,
                                        fate.path("fate").asString(),
                                        agreeing(shard)));
                    }
                }
            }
        }
        return lost;
    }

    /** Whether every shard of every job was settled by a quorum of distinct owners. */
    boolean everyShardHasItsQuorum() {
        return jobs.stream()
                .allMatch(job ->
                        job.path("status").asString().equals("done")
                                && job.path("shards")
                                        .valueStream()
                                        .allMatch(shard ->
                                                new TreeSet<>(agreeing(shard)).size()
                                                        >= job.path("quorum").asInt()));
    }

    /** Payments: one for each settled shard. */
    int payments() {
        return (int)
                jobs.stream()
                        .flatMap(job -> job.path("shards").valueStream())
                        .filter(shard -> !shard.path("payment").isEmpty())
                        .count();
    }

    /** The shards of one job in the order of its items. */
    static List<Range> ranges(JsonNode job) {
        return job.path("shards")
                .valueStream()
                .map(shard -> new Range(shard.path("from").asInt(), shard.path("to").asInt()))
                .sorted(java.util.Comparator.comparingInt(Range::from))
                .toList();
    }

    JsonNode job(String id) {
        return jobs.stream()
                .filter(job -> job.path("id").asString().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no record of " + id));
    }

    private static List<String> agreeing(JsonNode shard) {
        return shard.path("votes")
                .valueStream()
                .filter(vote -> vote.path("fate").asString().equals("agreeing"))
                .map(vote -> vote.path("owner").asString())
                .toList();
    }
}
