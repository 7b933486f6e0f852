package org.idlefleet.coordinator.adapter.api;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers requests, so that a client's complaint can be found in the log. Thread-safe. */
final class RequestIds {
    private final String prefix;
    private final AtomicLong last = new AtomicLong();

    RequestIds(SecureRandom random) {
        prefix = "req-" + HexFormat.of().toHexDigits(random.nextInt()) + "-";
    }

    String next() {
        return prefix + last.incrementAndGet();
    }
}
