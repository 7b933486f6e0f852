package org.idlefleet.edge;

import org.idlefleet.protocol.Digest;

import java.security.MessageDigest;

/**
 * What a node vouches for its results with: digests of their bytes, and signatures. Called by the
 * node's thread.
 */
public interface Notary {
    /** The JDK's digests and no signatures. */
    Notary UNSIGNED =
            new Notary() {
                @Override
                public byte[] sign(byte[] statement) {
                    return new byte[0];
                }
            };

    /** SHA-256 of the parts, one behind the other. */
    default Digest digest(byte[]... parts) {
        MessageDigest sha = Digest.sha256();
        for (byte[] part : parts) {
            sha.update(part);
        }
        return Digest.ofRaw(sha.digest());
    }

    /**
     * Signs a {@link org.idlefleet.protocol.ResultStatement} with the key of the present
     * connection: 64 bytes, or none if results are not signed.
     */
    byte[] sign(byte[] statement);
}
