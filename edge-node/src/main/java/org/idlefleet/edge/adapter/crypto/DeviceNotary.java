package org.idlefleet.edge.adapter.crypto;

import org.idlefleet.edge.Notary;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.PrivateKey;
import java.util.function.Supplier;

/**
 * Vouches with the node's key, by the machine's {@link LibCrypto} where it has one, by the JDK
 * elsewhere. What the JDK does in C2's code alone, the library does at once and in a tenth of the
 * time; it is loaded with the first result, so a node at rest holds nothing of it. One thread.
 */
public final class DeviceNotary implements Notary {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceNotary.class);

    private final Supplier<PrivateKey> key;
    private boolean looked;
    private @Nullable LibCrypto library;

    /**
     * @param key of the present connection
     */
    public DeviceNotary(Supplier<PrivateKey> key) {
        this.key = key;
    }

    @Override
    public Digest digest(byte[]... parts) {
        LibCrypto own = library();
        if (own != null) {
            try {
                return Digest.ofRaw(own.sha256(parts));
            } catch (IllegalStateException e) {
                giveUp(e);
            }
        }
        return Notary.super.digest(parts);
    }

    @Override
    public byte[] sign(byte[] statement) {
        LibCrypto own = library();
        if (own != null) {
            try {
                return own.sign(key.get(), own.sha256(statement));
            } catch (IllegalStateException e) {
                giveUp(e);
            }
        }
        return DeviceKeys.sign(key.get(), statement);
    }

    private @Nullable LibCrypto library() {
        if (!looked) {
            looked = true;
            library = LibCrypto.load().orElse(null);
            LOG.debug("digests and signatures by {}", library == null ? "the JDK" : "libcrypto");
        }
        return library;
    }

    private void giveUp(IllegalStateException reason) {
        LOG.warn("digests and signatures by the JDK from now on", reason);
        library = null;
    }
}
