package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.LedgerService;
import org.idlefleet.ledger.adapter.payout.Payee;
import org.idlefleet.ledger.adapter.payout.PayoutTerms;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Witness;
import org.idlefleet.ledger.proof.adapter.ProofLog;
import org.idlefleet.ledger.proof.adapter.WitnessFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Real books of a small world: acme paid, and ann and bob did three shards for it. */
final class FakeBooks implements AutoCloseable {
    static final String ORIGIN = "ledger.example.org";

    private final Path directory;
    private final ProofLog proof;
    private final WitnessFile witness;

    FakeBooks() {
        try {
            directory = Files.createTempDirectory("books");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(1, bookings());
        }
        try (var reader = LedgerReader.open(file())) {
            proof = ProofLog.open(directory.resolve("proof"), ORIGIN, reader);
            proof.catchUp(reader);
        }
        proof.publish(FakeCore.NOW);
        witness =
                new WitnessFile(
                        directory.resolve("witness"), "witness.example.net", ORIGIN, proof.key());
    }

    Books books() {
        return new Books(
                file(),
                proof,
                List.of(witness.key()),
                () ->
                        id ->
                                Optional.of(
                                        new WorkFacts.Facts(
                                                "tiny", id.detail().isEmpty() ? 0 : 7, 2, "k1")));
    }

    /** What ann earned is final. */
    void mature() {
        var mature =
                new Transaction(
                        new TransactionId(TransactionKind.MATURE, "ann", "2026-11-14"),
                        List.of(
                                new Posting(AccountId.escrow("ann"), Money.parse("-1.05")),
                                new Posting(AccountId.payable("ann"), Money.parse("1.05"))));
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(2, List.of(new Booking(mature, FakeCore.NOW)));
        }
    }

    /** One of acme's results was wrong, and another one's payment is undone. */
    void giveBack() {
        var wrong =
                Transaction.fund(
                        TransactionId.retracted("acme", "job-1", 0, 0), Money.parse("0.4"));
        try (var ledger = LedgerDatabase.open(file())) {
            Transaction undone = new LedgerService(file()).reversal("settle/job-1/1");
            ledger.append(
                    2,
                    List.of(new Booking(wrong, FakeCore.NOW), new Booking(undone, FakeCore.NOW)));
        }
    }

    /** A euro a credit, from one credit on; ann has a bank account. */
    PayoutConfig payouts() {
        Path payouts = directory.resolve("payouts");
        try {
            Files.createDirectories(payouts);
            Files.writeString(
                    payouts.resolve("payees.csv"),
                    "owner,name,account\nann,Ann Arbor,DE89370400440532013000\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PayoutConfig(
                payouts,
                Optional.of(new PayoutTerms("EUR", 1_000_000, Money.ofUnits(1))),
                Optional.of(new Payee("us", "Idlefleet", "DE75512108001245126199")),
                Optional.empty(),
                payouts.resolve("key"));
    }

    /** The newest checkpoint with the witness's signature. */
    SignedNote cosigned() {
        SignedNote note = proof.latest().orElseThrow();
        return ((Witness.Opinion.Cosigned) witness.look(note, List.of(), FakeCore.NOW)).note();
    }

    /** Where whatever else a coordinator keeps can be. */
    Path directory() {
        return directory;
    }

    private Path file() {
        return directory.resolve("ledger.db");
    }

    private static List<Booking> bookings() {
        Instant at = FakeCore.NOW;
        RevenueShare shares = RevenueShare.of(1, 700_000, 200_000, 100_000);
        var bookings = new ArrayList<Booking>();
        bookings.add(new Booking(Transaction.fund("acme", "r", Money.ofUnits(10)), at));
        bookings.add(new Booking(Transaction.fund("other", "r", Money.ofUnits(10)), at));
        bookings.add(new Booking(Transaction.hold("job-1", "acme", Money.ofUnits(3)), at));
        for (int shard = 0; shard < 3; shard++) {
            bookings.add(
                    new Booking(
                            shares.settlement(
                                    "job-1",
                                    Integer.toString(shard),
                                    "acme",
                                    Money.ofUnits(1),
                                    List.of("ann", "bob")),
                            at));
        }
        return bookings;
    }

    @Override
    public void close() {
        proof.close();
        try (var files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(FakeBooks::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
