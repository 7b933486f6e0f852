package org.idlefleet.coordinator;

import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;

/** What somebody wants to see of the core's state, as of one moment. */
public sealed interface Query {
    /** One job with its shards and their votes. */
    record OfJob(JobId job) implements Query {}

    /** Jobs from the newest down, those before {@code before} if it is not 0. */
    record OfJobs(long before, int limit) implements Query {}

    /** Everyone connected. */
    record OfNodes() implements Query {}

    /** Models served. */
    record OfModels() implements Query {}

    /** API keys without their secrets. */
    record OfKeys() implements Query {}

    /** Balances of all accounts. */
    record OfBalances() implements Query {}

    /** What a client has. */
    record OfClient(ClientId client) implements Query {}

    /** The standing of every owner who has one. */
    record OfStandings() implements Query {}

    /** The policy in force, and the terms of owners. */
    record OfPay() implements Query {}

    /** Counts of what is open and connected. */
    record OfLoad() implements Query {}
}
