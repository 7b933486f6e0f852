package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The chain of lines of every holder: turns the ledger's transactions, in their order, into entries
 * for the log.
 *
 * <p>A function of the ledger and one secret: the same transactions give the same entries, so a
 * lost proof log can be built again. One thread.
 */
public final class Chains {
    /** Bytes of the secret that makes commitments unguessable. */
    public static final int SECRET_LENGTH = 32;

    private final byte[] secret;
    private final Map<String, Tip> tips = new HashMap<>();
    private final Map<AccountId, Money> balances = new HashMap<>();

    /** The end of a holder's chain. */
    public record Tip(long number, Hash last) {
        static final Tip NONE = new Tip(0, Line.NONE);
    }

    /** An entry together with its opened lines, which only their holders may see. */
    public record Sealed(Entry entry, List<Line> lines) {
        public Sealed {
            lines = List.copyOf(lines);
        }
    }

    public Chains(byte[] secret) {
        if (secret.length != SECRET_LENGTH) {
            throw new IllegalArgumentException(
                    "expected a secret of 32 bytes, found " + secret.length);
        }
        this.secret = secret.clone();
    }

    /** Continues from stored ends of chains and balances. */
    public Chains(byte[] secret, Map<String, Tip> tips, Map<AccountId, Money> balances) {
        this(secret);
        this.tips.putAll(tips);
        this.balances.putAll(balances);
    }

    /** The next transaction of the ledger. */
    public Sealed seal(long sequence, Transaction transaction, long bookedAtMillis) {
        var lines = new ArrayList<Line>(transaction.postings().size());
        var commitments = new ArrayList<Hash>(transaction.postings().size());
        for (Posting posting : transaction.postings()) {
            Line line = line(sequence, lines.size(), posting);
            Hash commitment = line.commitment();
            lines.add(line);
            commitments.add(commitment);
            tips.put(line.holder(), new Tip(line.number(), commitment));
        }
        var entry =
                new Entry(
                        sequence,
                        transaction.id(),
                        bookedAtMillis,
                        transaction.policy(),
                        commitments);
        return new Sealed(entry, lines);
    }

    /** The end of a holder's chain; number 0 for one that has no lines. */
    public Tip tip(String holder) {
        return tips.getOrDefault(holder, Tip.NONE);
    }

    /** What an account had after the last transaction. */
    public Money balance(AccountId account) {
        return balances.getOrDefault(account, Money.ZERO);
    }

    private Line line(long sequence, int slot, Posting posting) {
        Money balance = balances.merge(posting.account(), posting.amount(), Money::plus);
        Tip tip = tips.getOrDefault(Line.holder(posting.account()), Tip.NONE);
        return new Line(
                posting.account(),
                posting.amount(),
                balance,
                tip.number() + 1,
                tip.last(),
                nonce(sequence, slot));
    }

    private Hash nonce(long sequence, int slot) {
        return Hash.of(
                secret,
                ByteBuffer.allocate(Long.BYTES + 1).putLong(sequence).put((byte) slot).array());
    }
}
