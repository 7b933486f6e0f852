package org.idlefleet.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * What a node signs under a result: the lease that it answers, the model that it ran, what went in,
 * what came out, and its commit.
 *
 * @param manifest digest of the model's manifest
 * @param input {@link #inputOf} the shard's items
 * @param output SHA-256 of the output's bytes
 * @param commit SHA-256 of nonce and output
 */
public record ResultStatement(
        Lease lease, Digest manifest, Digest input, Digest output, Digest commit) {
    private static final byte[] KIND = "idlefleet result v1\n".getBytes(StandardCharsets.US_ASCII);

    /** The bytes that are signed: a fixed layout of 168 bytes, big-endian. */
    public byte[] bytes() {
        return ByteBuffer.allocate(KIND.length + Long.BYTES + 3 * Integer.BYTES + 4 * Digest.BYTES)
                .put(KIND)
                .putLong(lease.job().number())
                .putInt(lease.shard())
                .putInt(lease.attempt())
                .putInt(lease.epoch())
                .put(manifest.raw())
                .put(input.raw())
                .put(output.raw())
                .put(commit.raw())
                .array();
    }

    /**
     * SHA-256 of a shard's items: the kind's name and their number, then each with its length
     * before it, so that no two lists of items run together.
     */
    public static Digest inputOf(ItemKind kind, List<byte[]> items) {
        MessageDigest sha = Digest.sha256();
        sha.update((kind.name() + "\n").getBytes(StandardCharsets.US_ASCII));
        ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
        sha.update(number.putInt(0, items.size()).array());
        for (byte[] item : items) {
            sha.update(number.putInt(0, item.length).array());
            sha.update(item);
        }
        return Digest.ofRaw(sha.digest());
    }
}
