package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;

import java.nio.charset.StandardCharsets;

/**
 * One posting as its holder can prove it: the movement, the balance after it, and the place in the
 * chain of all the holder's lines.
 *
 * <p>The public log shows only the {@link #commitment}; nonce and content go to the holder alone.
 * Since lines are numbered and each names the one before, a line that is left out shows.
 *
 * @param number 1 for the holder's first line, then without gaps
 * @param previous commitment of the line before; {@link #NONE} for the first
 */
public record Line(
        AccountId account, Money amount, Money balance, long number, Hash previous, Hash nonce) {
    /** How many lines {@link #text} has, after its first. */
    static final int FIELDS = 6;

    public static final Hash NONE = Hash.copyOf(new byte[Hash.LENGTH], 0);

    private static final String KIND = "idlefleet ledger line v1\n";

    /**
     * Whose chain the line belongs to: {@code owner:ann}, {@code client:acme}, {@code platform}.
     */
    public String holder() {
        return holder(account);
    }

    static String holder(AccountId account) {
        String path = account.path();
        int first = path.indexOf(':');
        int second = path.indexOf(':', first + 1);
        return path.substring(0, second < 0 ? first : second);
    }

    public String text() {
        return account
                + "\n"
                + amount.millionths()
                + "\n"
                + balance.millionths()
                + "\n"
                + number
                + "\n"
                + previous
                + "\n"
                + nonce
                + "\n";
    }

    public Hash commitment() {
        return Hash.of((KIND + text()).getBytes(StandardCharsets.US_ASCII));
    }

    static Line read(Lines lines) {
        return new Line(
                new AccountId(lines.next()),
                new Money(lines.number()),
                new Money(lines.number()),
                lines.number(),
                lines.hash(),
                lines.hash());
    }
}
