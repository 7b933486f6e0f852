package org.idlefleet.ledger.proof;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256 value: 32 bytes, compared by content. */
public final class Hash {
    public static final int LENGTH = 32;

    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Hash::create);

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Copies 32 bytes from {@code source}, beginning at {@code offset}. */
    public static Hash copyOf(byte[] source, int offset) {
        if (source.length - offset < LENGTH) {
            throw new IllegalArgumentException(
                    "expected 32 bytes of hash, found " + (source.length - offset));
        }
        return new Hash(Arrays.copyOfRange(source, offset, offset + LENGTH));
    }

    /** SHA-256 of all parts, one after the other. */
    public static Hash of(byte[]... parts) {
        MessageDigest digest = newDigest();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return new Hash(digest.digest());
    }

    /** Reads what {@link #toString} writes. */
    public static Hash parse(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length != LENGTH || !Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException(
                    "expected a hash of 32 bytes in base64, found '" + base64 + "'");
        }
        return new Hash(bytes);
    }

    public static Hash parseHex(String hex) {
        return copyOf(HexFormat.of().parseHex(hex), 0);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, LENGTH);
    }

    void update(MessageDigest digest) {
        digest.update(bytes);
    }

    /** This thread's digest, empty: looking one up anew costs more than a short hash. */
    static MessageDigest newDigest() {
        MessageDigest digest = DIGEST.get();
        digest.reset();
        return digest;
    }

    private static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "this Java has no SHA-256, which every Java must have", e);
        }
    }

    static Hash finish(MessageDigest digest) {
        return new Hash(digest.digest());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Standard base64, as in checkpoints. */
    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
