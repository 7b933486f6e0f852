package org.idlefleet.edge.diary;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A look at the node. All counts run from the start of its process.
 *
 * @param at by the wall clock; never goes back within a process
 * @param upNanos by a clock that neither sleeps on nor is ever set; durations come from it
 * @param ended why the node is in no park session; empty if it is in one
 * @param busyNanos time in which at least one lane was busy
 * @param joules what sensors measured since the last look; empty if there is none that tells
 * @param price of a kilowatt-hour now, in the owner's currency; empty where nobody tells
 * @param draining whether a battery feeds the device
 * @param sentBytes to the coordinator
 * @param receivedBytes from the coordinator
 * @param shards finished
 * @param balance what the owner's accounts hold, as told last; empty before the first word
 */
public record Observation(
        Instant at,
        long upNanos,
        Optional<String> ended,
        long busyNanos,
        OptionalDouble joules,
        OptionalDouble price,
        boolean draining,
        long sentBytes,
        long receivedBytes,
        long shards,
        Optional<Balance> balance) {}
