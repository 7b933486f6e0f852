package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** How long certificates live, and when it is time for the next one. */
final class Lifetime {
    /** New certificates are valid from a little earlier, for peers whose clock is late. */
    static final Duration BACKDATE = Duration.ofMinutes(5);

    private Lifetime() {}

    /**
     * When two thirds of the lifetime are over, 10 % of the lifetime earlier or later so that a
     * fleet does not renew all at once. The share follows from the certificate, so it is the same
     * at every call.
     */
    static Instant renewAt(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant().plus(BACKDATE);
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        long drawn = Digest.of(certificate.getSerialNumber().toByteArray()).a() >>> 11;
        double share = 2.0 / 3 + 0.1 * (2 * (drawn * 0x1.0p-53) - 1);
        return from.plusMillis((long) (life.toMillis() * share));
    }
}
