package org.idlefleet.protocol.adapter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;

/** What a peer sent is not the protocol; says in which field, and which limit it met, if any. */
public final class WireException extends IOException {
    private final String field;
    private final @Nullable WireLimit limit;

    WireException(String field, String problem) {
        super(field + ": " + problem);
        this.field = field;
        this.limit = null;
    }

    WireException(String field, WireLimit limit, WireLimits limits, long found) {
        super(field + ": " + limits.met(limit) + ", found " + found);
        this.field = field;
        this.limit = limit;
    }

    WireException(String field, Exception cause) {
        super(field + ": " + cause.getMessage(), cause);
        this.field = field;
        this.limit = null;
    }

    /** Where in the frame, such as {@code result.lease}. */
    public String field() {
        return field;
    }

    /** The limit that was met, if it was one. */
    public Optional<WireLimit> limit() {
        return Optional.ofNullable(limit);
    }
}
