package org.idlefleet.coordinator;

import org.idlefleet.protocol.Digest;

import java.time.Duration;

/**
 * By what a client's request is known again if it comes twice; hashes, since neither text is
 * needed.
 *
 * @param name of the client's own name for it, its Idempotency-Key
 * @param asked of everything that the request asks for
 */
public record Once(Digest name, Digest asked) {
    /** How long a client's name for a request is remembered. */
    public static final Duration REMEMBERED = Duration.ofDays(1);
}
