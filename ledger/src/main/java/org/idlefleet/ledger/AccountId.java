package org.idlefleet.ledger;

/**
 * The path that names an account: who, then which of his pots, then the asset if it is not compute
 * credits.
 *
 * <p>Examples: {@code client:acme:prepaid}, {@code owner:ann:escrow}, {@code platform:revenue},
 * {@code payout:clearing/EUR}. Segments are letters, digits, {@code . _ -}; at most {@value
 * #LENGTH_MAX} characters in all.
 */
public record AccountId(String path) implements Comparable<AccountId> {
    public static final int LENGTH_MAX = 120;

    /** The asset of a path that names none. */
    public static final String CREDIT = "credit";

    /** Where prepaid money enters: minus this balance is all the money that was ever put in. */
    public static final AccountId ISSUED = new AccountId("platform:issued");

    public static final AccountId REVENUE = new AccountId("platform:revenue");
    public static final AccountId VERIFICATION = new AccountId("platform:verification");

    /** What the platform has set aside for checks of results; they are paid out of it. */
    public static final AccountId CHECKS = prepaid("platform-audits");

    public AccountId {
        if (path.length() > LENGTH_MAX || !rootKnown(path) || !wellFormed(path)) {
            throw new IllegalArgumentException(
                    "expected an account path such as client:acme:prepaid, owner:ann:escrow,"
                            + " platform:revenue or payout:clearing/EUR, at most "
                            + LENGTH_MAX
                            + " characters, found '"
                            + path
                            + "'");
        }
    }

    /** What convicted owners forfeited and no client was owed. */
    public static final AccountId SLASH_RESERVE = new AccountId("platform:slash-reserve");

    /** All that ever reached owners. */
    public static final AccountId PAID = new AccountId("payout:paid");

    public static AccountId prepaid(String client) {
        return new AccountId("client:" + client + ":prepaid");
    }

    public static AccountId hold(String client) {
        return new AccountId("client:" + client + ":hold");
    }

    public static AccountId escrow(String owner) {
        return new AccountId("owner:" + owner + ":escrow");
    }

    public static AccountId payable(String owner) {
        return new AccountId("owner:" + owner + ":payable");
    }

    /** An owner's money that was handed to a bank, which has not confirmed yet. */
    public static AccountId clearing(String owner) {
        return new AccountId("owner:" + owner + ":clearing");
    }

    /** What an owner owes, as a balance below zero. */
    public static AccountId ownerDebt(String owner) {
        return new AccountId("owner:" + owner + ":debt");
    }

    /** What a client owes, as a balance below zero. */
    public static AccountId clientDebt(String client) {
        return new AccountId("client:" + client + ":debt");
    }

    /**
     * The name between the first two colons: {@code ann} of {@code owner:ann:escrow}; empty for the
     * platform's own.
     */
    public String name() {
        int first = path.indexOf(':');
        int second = path.indexOf(':', first + 1);
        return second < 0 ? "" : path.substring(first + 1, second);
    }

    /** Whether this is an owner's account of that kind, such as {@code escrow}. */
    public boolean isOwners(String kind) {
        return path.startsWith("owner:") && path.endsWith(":" + kind);
    }

    /** The asset kept in this account; the postings of a transaction sum to zero in each asset. */
    public String asset() {
        int slash = path.indexOf('/');
        return slash < 0 ? CREDIT : path.substring(slash + 1);
    }

    /** Whether this account keeps compute credits, as nearly all do. */
    public boolean isCredit() {
        return path.indexOf('/') < 0;
    }

    /**
     * Whether this is a client's money set aside for jobs: only holds and what is drawn on them may
     * touch it.
     */
    public boolean isHold() {
        return path.startsWith("client:") && path.endsWith(":hold");
    }

    /** Whether settlements are paid out of this account: a hold, or what is there for checks. */
    public boolean pays() {
        return isHold() || equals(CHECKS);
    }

    /** The client's account that a hold was taken from. */
    AccountId prepaidOfHold() {
        return new AccountId(path.substring(0, path.length() - "hold".length()) + "prepaid");
    }

    /**
     * Whether the balance may fall below zero: only where the world outside begins (money issued,
     * exchanged), and where an owner owes us.
     */
    public boolean mayBeNegative() {
        return path.startsWith("platform:issued")
                || path.startsWith("platform:exchange")
                || path.endsWith(":debt");
    }

    @Override
    public int compareTo(AccountId other) {
        return path.compareTo(other.path);
    }

    @Override
    public String toString() {
        return path;
    }

    private static boolean rootKnown(String path) {
        return path.startsWith("client:")
                || path.startsWith("owner:")
                || path.startsWith("platform:")
                || path.startsWith("payout:");
    }

    private static boolean wellFormed(String path) {
        boolean segmentEmpty = true;
        boolean inAsset = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (isNameCharacter(c)) {
                segmentEmpty = false;
            } else if (segmentEmpty || inAsset || (c != ':' && c != '/')) {
                return false;
            } else {
                segmentEmpty = true;
                inAsset = c == '/';
            }
        }
        return !segmentEmpty;
    }

    static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }
}
