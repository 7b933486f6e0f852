package org.idlefleet.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 value, held as four longs so that it costs no array and compares by value. */
public record Digest(long a, long b, long c, long d) implements Comparable<Digest> {
    /** Bytes of a digest. */
    public static final int BYTES = 32;

    /** The digest of {@code parts} written one after the other. Thread-safe. */
    public static Digest of(byte[]... parts) {
        MessageDigest sha = sha256();
        for (byte[] part : parts) {
            sha.update(part);
        }
        return ofRaw(sha.digest());
    }

    /**
     * Reads the 32 raw bytes of a digest; any other length is an {@link IllegalArgumentException}.
     */
    public static Digest ofRaw(byte[] raw) {
        if (raw.length != BYTES) {
            throw new IllegalArgumentException(
                    "a SHA-256 digest has 32 bytes, found " + raw.length);
        }
        return new Digest(word(raw, 0), word(raw, 8), word(raw, 16), word(raw, 24));
    }

    /** Reads 64 hexadecimal digits. */
    public static Digest ofHex(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException(
                    "a SHA-256 digest has 64 hexadecimal digits, found " + hex.length());
        }
        return ofRaw(HexFormat.of().parseHex(hex));
    }

    /** A fresh SHA-256 engine, for digests of streams. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The 32 raw bytes. */
    public byte[] raw() {
        var raw = new byte[BYTES];
        put(raw, 0, a);
        put(raw, 8, b);
        put(raw, 16, c);
        put(raw, 24, d);
        return raw;
    }

    /** 64 hexadecimal digits, lower case. */
    public String hex() {
        return HexFormat.of().formatHex(raw());
    }

    @Override
    public int compareTo(Digest other) {
        int order = Long.compareUnsigned(a, other.a);
        order = order != 0 ? order : Long.compareUnsigned(b, other.b);
        order = order != 0 ? order : Long.compareUnsigned(c, other.c);
        return order != 0 ? order : Long.compareUnsigned(d, other.d);
    }

    @Override
    public String toString() {
        return hex().substring(0, 12);
    }

    private static long word(byte[] raw, int at) {
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word = word << 8 | (raw[at + i] & 0xff);
        }
        return word;
    }

    private static void put(byte[] raw, int at, long word) {
        for (int i = 0; i < 8; i++) {
            raw[at + i] = (byte) (word >>> (56 - 8 * i));
        }
    }
}
