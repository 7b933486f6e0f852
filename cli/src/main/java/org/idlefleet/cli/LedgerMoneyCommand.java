package org.idlefleet.cli;

import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The ledger's commands that move money: a running coordinator books all of it. */
final class LedgerMoneyCommand {
    private static final String PAYOUTS = "/api/v1/ledger/payouts";

    private LedgerMoneyCommand() {}

    @Command(
            name = "payout",
            description = {
                "Pay owners what is payable: proposed by one person, approved by another, sent,"
                        + " confirmed by the bank."
            },
            subcommands = {
                Runs.class,
                Show.class,
                Propose.class,
                Approve.class,
                Send.class,
                Import.class
            })
    static final class Payout {
        private Payout() {}
    }

    /** Which run. */
    static final class Run {
        @Parameters(paramLabel = "RUN", description = "Its name, such as 2026-11.")
        private String name = "";

        String path(String rest) {
            return PAYOUTS + "/" + PathPart.of(name) + rest;
        }
    }

    @Command(name = "list", description = "Show all runs.")
    static final class Runs implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            JsonNode runs = operator.get(PAYOUTS);
            var table = new Table("RUN", "PROPOSED BY", "APPROVED BY", ">ORDERS", "FINISHED");
            for (JsonNode run : runs.path("data")) {
                table.row(
                        run.path("run").asString(),
                        run.path("proposed_by").asString(),
                        run.path("approved_by").asString(),
                        run.path("orders").size(),
                        run.path("finished").asBoolean() ? "yes" : "no");
            }
            output.print(runs, table);
        }
    }

    @Command(name = "show", description = "Show how far each order of a run is.")
    static final class Show implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Run run = new Run();

        @Override
        public void run() {
            show(operator.get(run.path("")), output);
        }
    }

    @Command(name = "propose", description = "Write down orders for all that is payable.")
    static final class Propose implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "RUN", description = "A new name, such as 2026-11.")
        private String name = "";

        @Override
        public void run() {
            show(operator.post(PAYOUTS, Map.of("run", name)), output);
        }
    }

    @Command(
            name = "approve",
            description = "Release a run that another operator proposed; give your --operator-key.")
    static final class Approve implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Run run = new Run();

        @Override
        public void run() {
            show(operator.post(run.path("/approve"), Map.of()), output);
        }
    }

    @Command(
            name = "send",
            description = "Book the orders and hand them over, as far as it goes; may be repeated.")
    static final class Send implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Run run = new Run();

        @Override
        public void run() {
            show(operator.post(run.path("/send"), Map.of()), output);
        }
    }

    @Command(name = "import", description = "Bring the bank's answer, a pain.002 file.")
    static final class Import implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Run run = new Run();

        @Parameters(index = "1", paramLabel = "FILE", description = "The bank's file.")
        private Path file = Path.of("");

        @Override
        public void run() {
            try {
                String report = Files.readString(file);
                show(operator.post(run.path("/reports"), Map.of("report", report)), output);
            } catch (IOException e) {
                throw Failure.error(
                        "the bank's file " + file + " can't be read: " + Sentence.of(e));
            }
        }
    }

    private static void show(JsonNode run, Output output) {
        var table = new Table("OWNER", "ACCOUNT", ">CREDITS", ">AMOUNT", "STAGE", "REASON");
        for (JsonNode order : run.path("orders")) {
            table.row(
                    order.path("owner").asString(),
                    order.path("account").asString(),
                    order.path("credits").asString(),
                    order.path("amount").asString() + " " + order.path("currency").asString(),
                    order.path("stage").asString(),
                    order.path("reason").asString());
        }
        String approver = run.path("approved_by").asString();
        output.print(
                run,
                "run %s, proposed by %s, %s%n%s"
                        .formatted(
                                run.path("run").asString(),
                                run.path("proposed_by").asString(),
                                approver.isEmpty() ? "not approved" : "approved by " + approver,
                                table));
    }

    @Command(name = "mature", description = "Move what has become final to payable.")
    static final class Mature implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            JsonNode moved = operator.post("/api/v1/ledger/maturings", Map.of());
            List<String> ids = moved.path("data").valueStream().map(JsonNode::asString).toList();
            output.print(
                    moved,
                    ids.isEmpty() ? "nothing has become final\n" : String.join("\n", ids) + "\n");
        }
    }

    @Command(
            name = "repair",
            description = "Undo a transaction by its opposite; nothing is ever edited.")
    static final class Repair implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "ID", description = "The transaction, such as settle/job-9/3.")
        private String id = "";

        @Override
        public void run() {
            JsonNode repaired = operator.post("/api/v1/ledger/repairs", Map.of("transaction", id));
            output.print(
                    repaired, id + " is undone by " + repaired.path("reversal").asString() + "\n");
        }
    }
}
