package org.idlefleet.edge;

import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;

import java.time.Duration;

/**
 * What one node is and may do.
 *
 * @param software name and version of the daemon
 * @param numericClass how it computes
 * @param memoryBytes memory that the owner lets models use
 * @param lanes shards computed at the same time
 * @param slots leases held at the same time; those beyond {@code lanes} wait, so that a lane never
 *     idles for a round trip
 * @param fetchBytesPerSecond bytes a second that fetching models may take of the network; 0 means
 *     as many as it gives
 * @param welcomeLimit how long the coordinator may take to answer the hello
 */
public record EdgeSettings(
        String software,
        NumericClass numericClass,
        long memoryBytes,
        int lanes,
        int slots,
        long fetchBytesPerSecond,
        Duration welcomeLimit) {
    public EdgeSettings {
        if (lanes < 1 || slots < lanes || slots > NodeMessage.SLOTS_MAX) {
            throw new IllegalArgumentException(
                    "a node has 1 or more lanes and at least as many slots, "
                            + NodeMessage.SLOTS_MAX
                            + " at most; found "
                            + lanes
                            + " lanes and "
                            + slots
                            + " slots");
        }
        if (fetchBytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "a limit in bytes a second is not negative, found " + fetchBytesPerSecond);
        }
    }
}
