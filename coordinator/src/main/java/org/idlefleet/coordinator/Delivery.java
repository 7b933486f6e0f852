package org.idlefleet.coordinator;

import java.time.Duration;

/**
 * How a result came in, as far as its pay depends on it.
 *
 * @param turnaround from the lease to the result, by the coordinator's clock
 * @param computed computing time as the node stated it: never believed beyond the model's reference
 */
public record Delivery(Duration turnaround, Duration computed) {}
