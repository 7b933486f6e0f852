package org.idlefleet.protocol;

import java.util.OptionalInt;

/** The versions of the node protocol that this build speaks. */
public final class ProtocolVersion {
    /** Oldest version spoken. */
    public static final int MIN = 1;

    /** Newest version spoken. */
    public static final int MAX = 1;

    private ProtocolVersion() {}

    /** The newest version that both speak; empty if there is none. */
    public static OptionalInt common(int peerMin, int peerMax) {
        int version = Math.min(MAX, peerMax);
        return version >= Math.max(MIN, peerMin) ? OptionalInt.of(version) : OptionalInt.empty();
    }
}
