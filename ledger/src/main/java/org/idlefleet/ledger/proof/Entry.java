package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One transaction as the public log shows it: what it is called and when it was booked, its
 * postings only as commitments.
 *
 * @param sequence number in the ledger, from 1; the leaf of the log has index {@code sequence - 1}
 * @param bookedAtMillis milliseconds since 1970
 * @param commitments of its lines, in the order of the accounts
 */
public record Entry(
        long sequence, TransactionId id, long bookedAtMillis, int policy, List<Hash> commitments) {
    private static final String KIND = "idlefleet ledger entry v1";

    public Entry {
        commitments = List.copyOf(commitments);
    }

    /** The transaction's name, such as {@code settle/12/3}. */
    public String name() {
        return id.toString();
    }

    public String text() {
        var text =
                new StringBuilder(KIND)
                        .append('\n')
                        .append(sequence)
                        .append('\n')
                        .append(id)
                        .append('\n')
                        .append(bookedAtMillis)
                        .append('\n')
                        .append(policy)
                        .append("\nlines ")
                        .append(commitments.size())
                        .append('\n');
        commitments.forEach(commitment -> text.append(commitment).append('\n'));
        return text.toString();
    }

    public Hash leaf() {
        return MerkleTree.leafHash(text().getBytes(StandardCharsets.US_ASCII));
    }

    static Entry read(Lines lines) {
        lines.expect(KIND);
        long sequence = lines.number();
        TransactionId id = TransactionId.parse(lines.next());
        long bookedAt = lines.number();
        int policy = Math.toIntExact(lines.number());
        return new Entry(
                sequence,
                id,
                bookedAt,
                policy,
                lines.hashes(lines.count("lines", Transaction.POSTINGS_MAX)));
    }
}
