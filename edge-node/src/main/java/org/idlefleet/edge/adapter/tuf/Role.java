package org.idlefleet.edge.adapter.tuf;

import java.util.Locale;

/** A role of The Update Framework. */
public enum Role {
    /** Says which keys the roles have; signed by the operator's offline keys. */
    ROOT(512 << 10),
    /** Says what the newest snapshot is; short-lived. */
    TIMESTAMP(16 << 10),
    /** Says what the newest targets are, so that old and new ones can't be mixed. */
    SNAPSHOT(256 << 10),
    /** Says which files are genuine. */
    TARGETS(4 << 20);

    private final int bytesMax;

    Role(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Most bytes that are taken of its metadata. */
    int bytesMax() {
        return bytesMax;
    }

    /** As it is called in metadata. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
