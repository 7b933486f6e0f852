package org.idlefleet.ledger;

/**
 * A 64-bit digest of a transaction's content: tells a repeated transaction from another one under
 * the same id.
 *
 * <p>It guards against mistakes, not against forgers: ids and contents are both our own. Stable for
 * ever, because snapshots keep it.
 */
final class Fingerprint {
    private Fingerprint() {}

    static long of(Transaction transaction) {
        long sum = transaction.policy();
        for (Posting posting : transaction.postings()) {
            sum = mix(sum + text(posting.account().path()));
            sum = mix(sum + posting.amount().millionths());
        }
        return sum;
    }

    private static long text(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The finaliser of SplitMix64: every input bit reaches every output bit. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
