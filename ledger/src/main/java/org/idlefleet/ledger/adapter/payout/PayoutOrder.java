package org.idlefleet.ledger.adapter.payout;

import org.idlefleet.ledger.Payout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One payment to one owner: what leaves the ledger, and what arrives at the bank. */
public record PayoutOrder(Payout payout, Payee payee, long cents, String currency) {
    private static final int END_TO_END_MAX = 35;

    public PayoutOrder {
        if (cents <= 0) {
            throw new IllegalArgumentException(
                    "payout " + payout.key() + ": expected cents, found " + cents);
        }
    }

    /** Names the payment for ever, at us and at the provider. */
    public String key() {
        return payout.key();
    }

    /** The key in the 35 characters that a bank transports; a digest of it if it is longer. */
    public String endToEndId() {
        String key = key();
        if (key.length() <= END_TO_END_MAX && key.matches("[A-Za-z0-9.:-]+")) {
            return key;
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "this Java has no SHA-256, which every Java must have", e);
        }
    }

    /** The amount as banks write it: {@code 12.34}. */
    public String amount() {
        return cents / 100 + "." + (cents % 100 < 10 ? "0" : "") + cents % 100;
    }
}
