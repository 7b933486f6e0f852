package org.idlefleet.cli;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.policy.PolicyDryRun;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.report.SellerReport;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Year;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** The ledger's commands about prices, clients' invoices and owners' years. */
final class LedgerReportCommand {
    private LedgerReportCommand() {}

    @Command(
            name = "policy",
            description = "Show, check and set what work is worth, and who gets which part.",
            subcommands = {
                LedgerPolicyCommand.Show.class,
                LedgerPolicyCommand.CheckFile.class,
                LedgerPolicyCommand.SetPolicy.class,
                DryRun.class
            })
    static final class PolicyOf {
        private PolicyOf() {}
    }

    @Command(
            name = "dry-run",
            description = {
                "Show what a policy would have paid for past work; books nothing.",
                "While the coordinator runs the policy's own prices count; without it the prices"
                        + " that were paid are divided anew."
            })
    static final class DryRun implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private LedgerCommand.Time time = new LedgerCommand.Time();

        @Parameters(paramLabel = "FILE", description = "The policy file.")
        private Path file = Path.of("");

        @Override
        public void run() {
            String text = LedgerPolicyCommand.read(file);
            JsonNode run = LedgerProofCommand.isRunning(operator) ? online(text) : offline(text);
            var table = new Table("ACCOUNT", ">PAID", ">WOULD", ">CHANGE");
            for (JsonNode line : run.path("accounts")) {
                table.row(
                        line.path("account").asString(),
                        line.path("paid").asString(),
                        line.path("would").asString(),
                        line.path("change").asString());
            }
            output.print(
                    run,
                    "%spolicy %d: %d settlements, %d at its own prices; clients paid %s, would have"
                                    .formatted(
                                            table,
                                            run.path("policy").asInt(),
                                            run.path("settlements").asLong(),
                                            run.path("priced").asLong(),
                                            run.path("was").asString())
                            + " paid "
                            + run.path("charged").asString()
                            + "\n");
        }

        private JsonNode online(String text) {
            return operator.post(
                    "/api/v1/ledger/dry-runs",
                    Map.of(
                            "policy",
                            text,
                            "from",
                            time.from().toString(),
                            "to",
                            time.to().toString()));
        }

        private JsonNode offline(String text) {
            try {
                PayPolicy policy = PolicyFile.parse(text);
                return LedgerCommand.ledger(operator)
                        .read(ledger ->
                                PolicyDryRun.of(
                                        policy, ledger, time.from(), time.to(), WorkFacts.NONE))
                        .json();
            } catch (IllegalArgumentException e) {
                throw Failure.usage(e);
            }
        }
    }

    @Command(
            name = "invoice",
            description = {
                "Show what a client used in a month, by API key and model; the coordinator must"
                        + " run.",
                "The sum is held against what was booked on the client's accounts."
            })
    static final class InvoiceOf implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(names = "--client", required = true, paramLabel = "NAME", description = "Whose.")
        private String client = "";

        @Option(
                names = "--month",
                required = true,
                paramLabel = "YYYY-MM",
                description = "Which month, in UTC.")
        private String month = "";

        @Option(names = "--csv", paramLabel = "FILE", description = "Write it as CSV.")
        private Optional<Path> csv = Optional.empty();

        @Option(names = "--pdf", paramLabel = "FILE", description = "Write it as PDF.")
        private Optional<Path> pdf = Optional.empty();

        @Override
        public Integer call() {
            String path =
                    "/api/v1/ledger/invoices/"
                            + PathPart.of(client)
                            + "?month="
                            + PathPart.of(month);
            JsonNode invoice = operator.get(path);
            csv.ifPresent(file -> write(file, operator.bytes(path + "&format=csv")));
            pdf.ifPresent(file -> write(file, operator.bytes(path + "&format=pdf")));
            var table =
                    new Table(
                            "API KEY",
                            "MODEL",
                            ">JOBS",
                            ">UNITS",
                            ">SETTLED",
                            ">REFUNDED",
                            ">AMOUNT");
            for (JsonNode key : invoice.path("keys")) {
                for (JsonNode line : key.path("lines")) {
                    table.row(
                            key.path("api_key_id").asString("none on record"),
                            line.path("model").asString(),
                            line.path("jobs").asLong(),
                            line.path("units").asLong(),
                            line.path("settled").asString(),
                            line.path("refunded").asString(),
                            line.path("amount").asString());
                }
            }
            String missing = invoice.path("missing").asString();
            boolean complete = Money.parse(missing).isZero();
            output.print(
                    invoice,
                    "invoice %s%n%stotal %s; balance %s + paid in %s - taken back %s - total = %s%n%s"
                            .formatted(
                                    invoice.path("number").asString(),
                                    table,
                                    invoice.path("total").asString(),
                                    invoice.path("opening").asString(),
                                    invoice.path("paid_in").asString(),
                                    invoice.path("paid_back").asString(),
                                    invoice.path("closing").asString(),
                                    complete
                                            ? ""
                                            : "IT DOES NOT ADD UP: "
                                                    + missing
                                                    + " moved in the accounts and is on no"
                                                    + " line\n"));
            return complete ? ExitCode.OK : ExitCode.ERROR;
        }

        private static void write(Path file, byte[] bytes) {
            try {
                Files.write(file, bytes);
            } catch (IOException e) {
                throw Failure.error("the invoice can't be written: " + Sentence.of(e));
            }
        }
    }

    @Command(
            name = "sellers",
            description = "Show what every owner earned in each quarter of a year.")
    static final class Sellers implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "YEAR", description = "Such as 2026.")
        private int year;

        @Option(names = "--csv", paramLabel = "FILE", description = "Write it as CSV.")
        private Optional<Path> csv = Optional.empty();

        @Override
        public void run() {
            SellerReport report =
                    LedgerCommand.ledger(operator)
                            .read(ledger -> SellerReport.of(Year.of(year), ledger));
            if (csv.isPresent()) {
                try {
                    Files.writeString(csv.get(), report.csv());
                } catch (IOException e) {
                    throw Failure.error("the report can't be written: " + Sentence.of(e));
                }
            }
            var table =
                    new Table(
                            "OWNER", ">QUARTER", ">EARNED", ">PAYMENTS", ">CORRECTED", ">PAID OUT");
            Money earned = Money.ZERO;
            for (SellerReport.Line line : report.lines()) {
                earned = earned.plus(line.earned());
                table.row(
                        line.owner(),
                        line.quarter(),
                        line.earned(),
                        line.payments(),
                        line.corrections(),
                        line.paidOut());
            }
            output.print(report.json(), table + "earned together " + earned + "\n");
        }
    }
}
