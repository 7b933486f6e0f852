package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.protocol.Digest;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * What ties each row of the log to all rows before it: SHA-256 of the previous row's value and of
 * what the row says. A changed, missing or misplaced row shows at the next one.
 */
final class Chain {
    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(Digest::sha256);

    private Chain() {}

    /** Where an empty log stands. */
    static byte[] start() {
        return new byte[Digest.BYTES];
    }

    static byte[] next(byte[] previous, long first, int events, byte[] payload) {
        MessageDigest sha = SHA.get();
        sha.reset();
        sha.update(previous);
        sha.update(ByteBuffer.allocate(12).putLong(first).putInt(events).array());
        return sha.digest(payload);
    }
}
