package org.idlefleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import tools.jackson.databind.JsonNode;

@Command(name = "nodes", description = "Show the nodes that are connected.")
final class NodesCommand implements Runnable {
    @Mixin private Operator operator = new Operator();
    @Mixin private Output output = new Output();

    @Override
    public void run() {
        JsonNode nodes = operator.get("/api/v1/nodes");
        var table = new Table("NODE", "OWNER", ">SLOTS", ">BUSY", ">SHARDS", ">UNITS/S", "CLASS");
        for (JsonNode node : nodes.path("data")) {
            table.row(
                    node.path("id").asString(),
                    node.path("owner").asString(),
                    node.path("slots").asInt(),
                    node.path("held_slots").asInt(),
                    node.path("shards_done").asLong(),
                    fastest(node),
                    node.path("numeric_class").asString());
        }
        output.print(nodes, table.isEmpty() ? "no node is connected\n" : table);
    }

    private static String fastest(JsonNode node) {
        double fastest = 0;
        for (JsonNode model : node.path("models")) {
            fastest = Math.max(fastest, model.path("work_units_per_second").asDouble());
        }
        return fastest == 0 ? "-" : String.valueOf(Math.round(fastest));
    }
}
