package org.idlefleet.ledger.proof;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A public key that signs notes, under a name: {@code name+id+key} as C2SP signed notes write it.
 *
 * @param kind what a signature says: {@link #SIGNATURE} the text, {@link #COSIGNATURE} that a
 *     witness saw it at a time
 * @param publicKey 32 bytes of Ed25519
 */
public record NoteKey(String name, byte kind, byte[] publicKey) {
    public static final byte SIGNATURE = 1;
    public static final byte COSIGNATURE = 4;

    private static final int PUBLIC_KEY_LENGTH = 32;
    private static final int ID_LENGTH = 4;

    public NoteKey {
        publicKey = publicKey.clone();
        if (name.isEmpty()
                || name.contains("+")
                || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException(
                    "a key's name has no blank and no plus, found '" + name + "'");
        }
        if (publicKey.length != PUBLIC_KEY_LENGTH || (kind != SIGNATURE && kind != COSIGNATURE)) {
            throw new IllegalArgumentException(
                    "key "
                            + name
                            + ": expected an Ed25519 key of 32 bytes, found kind "
                            + kind
                            + ", "
                            + publicKey.length
                            + " bytes");
        }
    }

    /** Reads what {@link #toString} writes. */
    public static NoteKey parse(String text) {
        String[] parts = text.split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "expected a key such as name+0123abcd+base64, found '" + text + "'");
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a key such as name+0123abcd+base64, found '" + text + "'", e);
        }
        if (key.length != PUBLIC_KEY_LENGTH + 1) {
            throw new IllegalArgumentException(
                    "key " + parts[0] + ": expected 33 bytes, found " + key.length);
        }
        var parsed = new NoteKey(parts[0], key[0], Arrays.copyOfRange(key, 1, key.length));
        if (!parsed.toString().equals(text)) {
            throw new IllegalArgumentException(
                    "key " + parts[0] + ": its id does not fit its bytes");
        }
        return parsed;
    }

    /** Four bytes that tell keys apart without a look at the name. */
    public byte[] id() {
        Hash hash =
                Hash.of(name.getBytes(StandardCharsets.UTF_8), new byte[] {'\n', kind}, publicKey);
        return Arrays.copyOf(hash.bytes(), ID_LENGTH);
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey key && toString().equals(key.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        byte[] key = new byte[PUBLIC_KEY_LENGTH + 1];
        key[0] = kind;
        System.arraycopy(publicKey, 0, key, 1, PUBLIC_KEY_LENGTH);
        return name
                + "+"
                + HexFormat.of().formatHex(id())
                + "+"
                + Base64.getEncoder().encodeToString(key);
    }
}
