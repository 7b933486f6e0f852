package org.idlefleet.ledger.adapter.payout;

import java.math.BigInteger;
import java.util.Locale;

/**
 * Where an owner wants his money.
 *
 * @param account an IBAN, or an account id of the payment provider such as {@code acct_1A2b}
 */
public record Payee(String owner, String name, String account) {
    private static final BigInteger MODULUS = BigInteger.valueOf(97);

    public Payee {
        if (name.isBlank() || account.isBlank()) {
            throw new IllegalArgumentException(
                    "payee " + owner + ": expected a name and an account");
        }
        account = account.replace(" ", "");
    }

    /** Whether the account is an IBAN whose check digits fit (ISO 13616, modulo 97). */
    public boolean hasIban() {
        if (!account.matches("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")) {
            return false;
        }
        var digits = new StringBuilder();
        for (char c : (account.substring(4) + account.substring(0, 4)).toCharArray()) {
            digits.append(Character.digit(c, 36));
        }
        return new BigInteger(digits.toString()).mod(MODULUS).equals(BigInteger.ONE);
    }

    /** The account with its middle hidden, for lists and logs. */
    public String maskedAccount() {
        int shown = Math.min(4, account.length() / 3);
        return account.substring(0, shown).toUpperCase(Locale.ROOT)
                + "…"
                + account.substring(account.length() - shown);
    }
}
