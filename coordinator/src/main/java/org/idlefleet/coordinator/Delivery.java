package org.idlefleet.coordinator;

import org.idlefleet.protocol.Lease;

import java.time.Duration;

/**
 * How a result came in, as far as its pay depends on it.
 *
 * @param turnaround from the lease to the result, by the coordinator's clock
 * @param computed computing time as the node stated it: never believed beyond the model's reference
 * @param batteryJoules what came out of a battery, as the node stated it: never believed beyond all
 *     the energy that is
 */
public record Delivery(Duration turnaround, Duration computed, long batteryJoules) {
    /** One of a result that the job does not know yet. */
    record Newest(Lease lease, Delivery delivery) {}

    /** Of a node that took nothing out of a battery, or an older one. */
    public Delivery(Duration turnaround, Duration computed) {
        this(turnaround, computed, 0);
    }
}
