package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.OwnerId;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * The one-time right to enrol a node for an owner, as one word to copy: {@code
 * OWNER.SECRET.FINGERPRINT}. The secret is 128 random bits; the fingerprint is the SHA-256 of the
 * coordinator's CA certificate, so that the node knows whom to trust before it sends the secret.
 * Both are base64url. The coordinator keeps {@link #hash} only.
 */
public final class EnrolmentToken {
    private static final int SECRET_BYTES = 16;
    private static final String SHAPE =
            "a token looks like OWNER.SECRET.FINGERPRINT; print a new one with 'idlefleet"
                    + " coordinator token --owner NAME'";

    private final OwnerId owner;
    private final String secret;
    private final Digest authority;

    private EnrolmentToken(OwnerId owner, String secret, Digest authority) {
        this.owner = owner;
        this.secret = secret;
        this.authority = authority;
    }

    /** A fresh token. */
    public static EnrolmentToken create(OwnerId owner, Digest authority, SecureRandom random) {
        var secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new EnrolmentToken(owner, base64(secret), authority);
    }

    /** Reads what {@link #text} wrote; anything else is an {@link IllegalArgumentException}. */
    public static EnrolmentToken parse(String text) {
        String word = text.strip();
        int second = word.lastIndexOf('.');
        int first = word.lastIndexOf('.', second - 1);
        if (first < 1 || word.length() > 256) {
            throw new IllegalArgumentException(SHAPE + "; found " + word.length() + " characters");
        }
        String secret = word.substring(first + 1, second);
        byte[] fingerprint = bytes(word.substring(second + 1), "fingerprint");
        if (bytes(secret, "secret").length != SECRET_BYTES || fingerprint.length != Digest.BYTES) {
            throw new IllegalArgumentException(SHAPE + "; this one is cut short");
        }
        return new EnrolmentToken(
                new OwnerId(word.substring(0, first)), secret, Digest.ofRaw(fingerprint));
    }

    /** Who will own the node. */
    public OwnerId owner() {
        return owner;
    }

    /** SHA-256 of the CA certificate (DER) that the node shall trust. */
    public Digest authority() {
        return authority;
    }

    /** The token itself: a secret, to be shown once. */
    public String text() {
        return owner + "." + secret + "." + base64(authority.raw());
    }

    /** What the coordinator keeps of it: SHA-256 over owner and secret. */
    public Digest hash() {
        String named = "idlefleet enrolment token " + owner + "." + secret;
        return Digest.of(named.getBytes(US_ASCII));
    }

    /** Without the secret, for logs. */
    @Override
    public String toString() {
        return "token of " + owner;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String base64, String part) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(base64);
            if (!base64(bytes).equals(base64)) {
                throw new IllegalArgumentException("it has stray bits");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    SHAPE + "; the " + part + " of this one is damaged", e);
        }
    }
}
