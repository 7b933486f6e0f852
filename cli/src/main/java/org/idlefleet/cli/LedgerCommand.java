package org.idlefleet.cli;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.AccountLine;
import org.idlefleet.ledger.adapter.LedgerCheck;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.Statement;
import org.idlefleet.ledger.adapter.TrialBalance;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Reads the ledger's file itself, so it answers whether or not the coordinator runs. */
@Command(
        name = "ledger",
        description = "Read the books; the coordinator may run or not.",
        subcommands = {
            LedgerCommand.Balances.class,
            LedgerCommand.StatementOf.class,
            LedgerCommand.CheckBooks.class,
        })
final class LedgerCommand {
    private LedgerCommand() {}

    /** Where the coordinator keeps its ledger. */
    private static LedgerReader open(Operator operator) {
        Path file = operator.data().resolve("ledger.db");
        if (!Files.exists(file)) {
            throw Failure.error(
                    "there is no ledger in "
                            + operator.data()
                            + "; name the coordinator's data directory with --data");
        }
        return LedgerReader.open(file);
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    @Command(name = "balances", description = "Show every account and that all add up to zero.")
    static final class Balances implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() {
            try (LedgerReader ledger = open(operator)) {
                var table = new Table("ACCOUNT", ">CREDITS");
                ObjectNode json = object();
                ObjectNode balances = json.putObject("balances");
                ledger.balances()
                        .forEach((account, balance) -> {
                            table.row(account.path(), balance);
                            balances.put(account.path(), balance.toString());
                        });
                TrialBalance trial = ledger.trialBalance();
                table.row(
                        "all together", trial.totals().getOrDefault(AccountId.CREDIT, Money.ZERO));
                json.put("balanced", trial.isBalanced());
                output.print(json, table);
                return trial.isBalanced() ? ExitCode.OK : ExitCode.ERROR;
            }
        }
    }

    @Command(name = "statement", description = "Show what moved in one owner's accounts.")
    static final class StatementOf implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(names = "--owner", required = true, paramLabel = "NAME", description = "Whose.")
        private String owner = "";

        @Option(
                names = "--from",
                paramLabel = "TIME",
                defaultValue = "1970-01-01T00:00:00Z",
                description = "First instant covered, such as 2026-11-01T00:00:00Z.")
        private Instant from = Instant.EPOCH;

        @Option(
                names = "--to",
                paramLabel = "TIME",
                defaultValue = "9999-12-31T00:00:00Z",
                description = "First instant no longer covered.")
        private Instant to = Instant.EPOCH;

        @Override
        public void run() {
            try (LedgerReader ledger = open(operator)) {
                Statement statement = ledger.ownerStatement(owner, from, to);
                if (statement.closing().isEmpty()) {
                    throw Failure.error("the ledger has no account of an owner '" + owner + "'");
                }
                var table = new Table("BOOKED", "TRANSACTION", "ACCOUNT", ">AMOUNT", ">BALANCE");
                ObjectNode json = object().put("owner", owner);
                var lines = json.putArray("lines");
                for (AccountLine line : statement.lines()) {
                    table.row(
                            line.bookedAt(),
                            line.transaction(),
                            line.account(),
                            line.amount(),
                            line.balance());
                    lines.addObject()
                            .put("booked", line.bookedAt().toString())
                            .put("transaction", line.transaction().toString())
                            .put("account", line.account().path())
                            .put("amount", line.amount().toString())
                            .put("balance", line.balance().toString());
                }
                json.put("opening", statement.openingTotal().toString());
                json.put("movement", statement.movement().toString());
                json.put("closing", statement.closingTotal().toString());
                output.print(
                        json,
                        table
                                + "opening %s, movement %s, closing %s credits%n"
                                        .formatted(
                                                statement.openingTotal(),
                                                statement.movement(),
                                                statement.closingTotal()));
            }
        }
    }

    @Command(name = "check", description = "Book everything again and compare.")
    static final class CheckBooks implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() {
            try (LedgerReader ledger = open(operator)) {
                LedgerCheck check = ledger.check();
                ObjectNode json =
                        object().put("transactions", check.transactions())
                                .put("accounts", check.accounts())
                                .put("position", check.position())
                                .put("clean", check.isClean());
                var faults = json.putArray("faults");
                check.faults().forEach(faults::add);
                output.print(
                        json,
                        check.isClean()
                                ? "books balance: %d transactions over %d accounts, all booked again%n"
                                        .formatted(check.transactions(), check.accounts())
                                : "the books do not balance:\n  "
                                        + String.join("\n  ", check.faults())
                                        + "\n");
                return check.isClean() ? ExitCode.OK : ExitCode.ERROR;
            }
        }
    }
}
