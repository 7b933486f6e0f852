package org.idlefleet.cli;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.adapter.AccountLine;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.LedgerCheck;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerService;
import org.idlefleet.ledger.adapter.Statement;
import org.idlefleet.ledger.adapter.TrialBalance;
import org.idlefleet.ledger.adapter.statement.StatementCsv;
import org.idlefleet.ledger.adapter.statement.StatementPdf;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;

/** Reads the ledger's file itself, so it answers whether or not the coordinator runs. */
@Command(
        name = "ledger",
        description = "Read the books; the coordinator may run or not.",
        subcommands = {
            LedgerCommand.Balances.class,
            LedgerCommand.Account.class,
            LedgerCommand.OneTransaction.class,
            LedgerCommand.StatementOf.class,
            LedgerCommand.Trial.class,
            LedgerCommand.CheckBooks.class,
            LedgerMoneyCommand.Payout.class,
            LedgerMoneyCommand.Mature.class,
            LedgerMoneyCommand.Repair.class,
            LedgerReportCommand.PolicyOf.class,
            LedgerPolicyCommand.Terms.class,
            LedgerReportCommand.InvoiceOf.class,
            LedgerReportCommand.Sellers.class,
            LedgerProofCommand.NewestCheckpoint.class,
            LedgerProofCommand.ExportOf.class,
            LedgerProofCommand.Verify.class,
            LedgerProofCommand.WitnessLog.class,
            LedgerBackupCommand.Make.class,
            LedgerBackupCommand.Restore.class,
        })
final class LedgerCommand {
    private LedgerCommand() {}

    /** Where the coordinator keeps its ledger. */
    static LedgerService ledger(Operator operator) {
        Path file = operator.data().resolve("ledger.db");
        if (!Files.exists(file)) {
            throw Failure.error(
                    "there is no ledger in "
                            + operator.data()
                            + "; name the coordinator's data directory with --data");
        }
        return new LedgerService(file);
    }

    /** From one instant up to, not including, another. */
    static final class Time {
        @Option(
                names = "--from",
                paramLabel = "TIME",
                defaultValue = "1970-01-01T00:00:00Z",
                description =
                        "First instant covered, such as 2026-11-01T12:00:00Z, or a date (UTC).")
        private Instant from = Instant.EPOCH;

        @Option(
                names = "--to",
                paramLabel = "TIME",
                defaultValue = "9999-12-31T00:00:00Z",
                description = "First instant no longer covered.")
        private Instant to = Instant.EPOCH;

        @Option(
                names = "--month",
                paramLabel = "YYYY-MM",
                description = "A whole month in UTC, in place of --from and --to.")
        private Optional<String> month = Optional.empty();

        Instant from() {
            return month.map(text -> start(month(text))).orElse(from);
        }

        Instant to() {
            return month.map(text -> start(month(text).plusMonths(1))).orElse(to);
        }

        private static YearMonth month(String text) {
            if (!text.matches("\\d{4}-(0[1-9]|1[0-2])")) {
                throw Failure.usage("--month takes a month such as 2026-11, found '" + text + "'");
            }
            return YearMonth.parse(text);
        }

        private static Instant start(YearMonth month) {
            return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
    }

    /** Whose accounts: an owner's or a client's. */
    static final class Holder {
        @Option(names = "--owner", paramLabel = "NAME", description = "Whose.")
        private Optional<String> owner = Optional.empty();

        @Option(names = "--client", paramLabel = "NAME", description = "Or whose.")
        private Optional<String> client = Optional.empty();

        /** Such as {@code owner:ann}. */
        String name() {
            if (owner.isPresent() == client.isPresent()) {
                throw Failure.usage("say whose: either --owner NAME or --client NAME");
            }
            return owner.isPresent() ? "owner:" + owner.get() : "client:" + client.orElse("");
        }

        Statement statement(LedgerService ledger, Instant from, Instant to) {
            return owner.isPresent()
                    ? ledger.ownerStatement(owner.get(), from, to)
                    : ledger.clientStatement(client.orElse(""), from, to);
        }
    }

    @Command(
            name = "balances",
            description = {
                "Show every account and that all add up to zero.",
                "As they are now; with --as-of as they were by what counts at that time,"
                        + " corrections booked later included; with --booked-by as they were known"
                        + " then."
            })
    static final class Balances implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Option(
                names = "--prefix",
                paramLabel = "PATH",
                defaultValue = "",
                description = "Only accounts whose path begins so, such as owner:ann.")
        private String prefix = "";

        @Option(
                names = "--as-of",
                paramLabel = "TIME",
                description =
                        "Only what counts by this instant, such as 2026-11-01T12:00:00Z, or a date"
                                + " (its first, UTC); reads the whole ledger.")
        private Optional<Instant> asOf = Optional.empty();

        @Option(
                names = "--booked-by",
                paramLabel = "TIME",
                description = "Only what was booked by this instant; both together may be given.")
        private Optional<Instant> bookedBy = Optional.empty();

        @Override
        public Integer call() {
            LedgerService ledger = ledger(operator);
            var table = new Table("ACCOUNT", ">CREDITS");
            ObjectNode json = LedgerJson.object();
            ObjectNode balances = json.putObject("balances");
            boolean now = asOf.isEmpty() && bookedBy.isEmpty();
            SortedMap<AccountId, Money> all =
                    now
                            ? ledger.balances("")
                            : ledger.balances(
                                    "", asOf.orElse(Instant.MAX), bookedBy.orElse(Instant.MAX));
            Money total = Money.ZERO;
            for (Map.Entry<AccountId, Money> line : all.entrySet()) {
                AccountId account = line.getKey();
                total = account.isCredit() ? total.plus(line.getValue()) : total;
                if (account.path().startsWith(prefix)) {
                    table.row(account.path(), line.getValue());
                    balances.put(account.path(), line.getValue().toString());
                }
            }
            table.row("all together", total);
            boolean balanced = TrialBalance.of(all).isBalanced();
            json.put("balanced", balanced);
            output.print(json, table);
            return balanced ? ExitCode.OK : ExitCode.ERROR;
        }
    }

    @Command(name = "account", description = "Show what moved in one account.")
    static final class Account implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Time time = new Time();

        @Parameters(paramLabel = "ACCOUNT", description = "Its path, such as owner:ann:escrow.")
        private String account = "";

        @Override
        public void run() {
            show(ledger(operator).account(account, time.from(), time.to()), output, account);
        }
    }

    @Command(name = "transaction", description = "Show one transaction with its postings.")
    static final class OneTransaction implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "ID", description = "Its id, such as settle/job-9/3.")
        private String id = "";

        @Override
        public void run() {
            BookedRow row =
                    ledger(operator)
                            .transaction(id)
                            .orElseThrow(() ->
                                    Failure.error("the ledger has no transaction '" + id + "'"));
            var table = new Table("ACCOUNT", ">AMOUNT");
            for (Posting posting : row.transaction().postings()) {
                table.row(posting.account(), posting.amount());
            }
            output.print(
                    LedgerJson.of(row),
                    "%s, number %d, booked %s, effective %s, policy %d%n%s"
                            .formatted(
                                    row.transaction().id(),
                                    row.sequence(),
                                    row.bookedAt(),
                                    row.booking().effectiveAt(),
                                    row.transaction().policy(),
                                    table));
        }
    }

    @Command(
            name = "statement",
            description = "Show what moved in one owner's or client's accounts.")
    static final class StatementOf implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();
        @Mixin private Time time = new Time();

        @Mixin private Holder holder = new Holder();

        @Option(names = "--csv", paramLabel = "FILE", description = "Write it as CSV.")
        private Optional<Path> csv = Optional.empty();

        @Option(names = "--pdf", paramLabel = "FILE", description = "Write it as PDF.")
        private Optional<Path> pdf = Optional.empty();

        @Override
        public void run() {
            String name = holder.name();
            Statement statement = holder.statement(ledger(operator), time.from(), time.to());
            show(statement, output, name);
            try {
                if (csv.isPresent()) {
                    Files.writeString(csv.get(), StatementCsv.text(statement));
                }
                if (pdf.isPresent()) {
                    try (OutputStream target = Files.newOutputStream(pdf.get())) {
                        StatementPdf.write(statement, target);
                    }
                }
            } catch (IOException e) {
                throw Failure.error("the statement can't be written: " + Sentence.of(e));
            }
        }
    }

    private static void show(Statement statement, Output output, String account) {
        if (statement.closing().isEmpty()) {
            throw Failure.error("the ledger has no account '" + account + "'");
        }
        var table = new Table("BOOKED", "TRANSACTION", "ACCOUNT", ">AMOUNT", ">BALANCE");
        for (AccountLine line : statement.lines()) {
            table.row(
                    line.bookedAt(),
                    line.transaction(),
                    line.account(),
                    line.amount(),
                    line.balance());
        }
        output.print(
                LedgerJson.of(statement),
                table
                        + "opening %s, movement %s, closing %s credits%n"
                                .formatted(
                                        statement.openingTotal(),
                                        statement.movement(),
                                        statement.closingTotal()));
    }

    @Command(
            name = "trial-balance",
            description = "Show balances by kind of account, which add up to zero.")
    static final class Trial implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() {
            TrialBalance trial = ledger(operator).trialBalance();
            var table = new Table("KIND", "ASSET", ">ACCOUNTS", ">BALANCE");
            for (TrialBalance.Line line : trial.lines()) {
                table.row(line.kind(), line.asset(), line.accounts(), line.balance());
            }
            trial.totals().forEach((asset, total) -> table.row("together", asset, "", total));
            output.print(LedgerJson.of(trial), table);
            return trial.isBalanced() ? ExitCode.OK : ExitCode.ERROR;
        }
    }

    @Command(
            name = "check",
            description = {
                "Book everything again and compare.",
                "When no coordinator runs, also make every leaf of the proof log again."
            })
    static final class CheckBooks implements Callable<Integer> {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() {
            LedgerCheck check = ledger(operator).check();
            boolean proven = check.isClean() && LedgerProofCommand.matches(operator);
            ObjectNode json = LedgerJson.of(check).put("proven", proven);
            output.print(
                    json,
                    !check.isClean()
                            ? "the books do not balance:\n  "
                                    + String.join("\n  ", check.faults())
                                    + "\n"
                            : "books balance: %d transactions over %d accounts, all booked again%n%s"
                                    .formatted(
                                            check.transactions(),
                                            check.accounts(),
                                            proven ? "the proof log has the same ones\n" : ""));
            return check.isClean() ? ExitCode.OK : ExitCode.ERROR;
        }
    }
}
