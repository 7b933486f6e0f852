package org.idlefleet.edge.gate;

import java.time.Duration;

/**
 * What computing took of an owner's device.
 *
 * @param atLoad time in which at least one shard was computed
 * @param joules energy, above what the device takes anyway
 * @param bytes sent and received
 */
public record Taken(Duration atLoad, long joules, long bytes) {
    /** Nothing. */
    public static final Taken NONE = new Taken(Duration.ZERO, 0, 0);

    public Taken {
        if (atLoad.isNegative() || joules < 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "usage is not negative, found "
                            + atLoad
                            + ", "
                            + joules
                            + " J, "
                            + bytes
                            + " B");
        }
    }

    /** Both together. */
    public Taken plus(Taken other) {
        return new Taken(atLoad.plus(other.atLoad), joules + other.joules, bytes + other.bytes);
    }
}
