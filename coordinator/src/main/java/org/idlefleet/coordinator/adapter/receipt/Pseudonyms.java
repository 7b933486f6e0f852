package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.protocol.OwnerId;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names for owners that stay the same and that nobody can lead back without the coordinator's
 * secret: HMAC-SHA256, cut to 128 bits. One thread.
 */
final class Pseudonyms {
    private static final int BYTES = 16;
    private static final String OWNER = "owner:";

    private final Mac mac;

    Pseudonyms(byte[] secret) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            // A key of its own: the same secret draws audits, by other messages.
            byte[] key = mac.doFinal("idlefleet pseudonyms".getBytes(StandardCharsets.US_ASCII));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }

    String of(OwnerId owner) {
        byte[] hash = mac.doFinal(owner.value().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
    }

    /** An account's path, with the pseudonym where it is an owner's. */
    String path(AccountId account) {
        String path = account.path();
        int kind = path.lastIndexOf(':');
        return path.startsWith(OWNER)
                ? OWNER
                        + of(new OwnerId(path.substring(OWNER.length(), kind)))
                        + path.substring(kind)
                : path;
    }
}
