package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Finality;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;

import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What an operator asks of a ledger, for the command line and the HTTP door alike. Reads only;
 * whatever moves money goes through the coordinator.
 *
 * <p>Any thread: each question opens the file for itself and sees one moment of it.
 */
public final class LedgerService {
    private final Path file;

    public LedgerService(Path file) {
        this.file = file;
    }

    /** Balances of all accounts whose path begins so; of all if it is empty. */
    public SortedMap<AccountId, Money> balances(String prefix) {
        return ask(ledger -> of(prefix, ledger.balances()));
    }

    /**
     * The same, by what was effective at one instant and booked by another, both included; all
     * together are zero for any two instants. Reads the whole ledger.
     */
    public SortedMap<AccountId, Money> balances(
            String prefix, Instant effectiveBy, Instant bookedBy) {
        return ask(ledger -> of(prefix, ledger.balances(effectiveBy, bookedBy)));
    }

    private static SortedMap<AccountId, Money> of(
            String prefix, SortedMap<AccountId, Money> balances) {
        var own = new TreeMap<>(balances);
        own.keySet().removeIf(account -> !account.path().startsWith(prefix));
        return own;
    }

    public Statement account(String path, Instant from, Instant to) {
        return ask(ledger -> ledger.account(new AccountId(path), from, to));
    }

    /** An owner's whole month, in UTC. */
    public Statement ownerStatement(String owner, YearMonth month) {
        return ask(
                ledger -> ledger.ownerStatement(owner, start(month), start(month.plusMonths(1))));
    }

    /** A client's whole month, in UTC: what an invoice is made from. */
    public Statement clientStatement(String client, YearMonth month) {
        return ask(
                ledger -> ledger.clientStatement(client, start(month), start(month.plusMonths(1))));
    }

    public Statement ownerStatement(String owner, Instant from, Instant to) {
        return ask(ledger -> ledger.ownerStatement(owner, from, to));
    }

    public Statement clientStatement(String client, Instant from, Instant to) {
        return ask(ledger -> ledger.clientStatement(client, from, to));
    }

    /** The transaction with that id, such as {@code settle/job-9/3}. */
    public Optional<BookedRow> transaction(String id) {
        return ask(ledger -> ledger.transaction(TransactionId.parse(id)));
    }

    public TrialBalance trialBalance() {
        return ask(LedgerReader::trialBalance);
    }

    /** Books the whole ledger again and compares; seconds for each million transactions. */
    public LedgerCheck check() {
        return ask(LedgerReader::check);
    }

    /**
     * The transactions that move what is final from escrow to payable, for the coordinator to book.
     *
     * @param suspended owners under suspicion, whose earnings wait
     */
    public List<Transaction> maturing(Finality finality, LocalDate today, Set<String> suspended) {
        return ask(ledger -> Maturing.due(ledger, finality, today, suspended));
    }

    /**
     * The transaction that undoes another one, for the coordinator to book: the only way to repair
     * anything.
     */
    public Transaction reversal(String id) {
        return ask(ledger ->
                ledger.transaction(TransactionId.parse(id))
                        .map(row -> Transaction.reverse(row.transaction()))
                        .orElseThrow(() ->
                                new LedgerException(
                                        "there is no transaction " + id + " in " + file)));
    }

    /**
     * Copies the ledger as it is at one moment, while the coordinator goes on; the target must not
     * exist.
     */
    public void backup(Path target) {
        ask(ledger -> {
            ledger.backup(target);
            return target;
        });
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Answers a question of the caller's own from one reader, which is closed afterwards. */
    public <T> T read(Function<LedgerReader, T> question) {
        return ask(question);
    }

    private <T> T ask(Function<LedgerReader, T> question) {
        try (var ledger = LedgerReader.open(file)) {
            return question.apply(ledger);
        }
    }
}
