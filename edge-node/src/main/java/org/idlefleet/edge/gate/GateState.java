package org.idlefleet.edge.gate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the owner lets the device compute now. */
public sealed interface GateState {
    /**
     * Every rule holds.
     *
     * @param until when the schedule will end it; empty if it does not say
     */
    record Open(Optional<Instant> until) implements GateState {}

    /** Some rule does not hold; the reasons stand in the order of the rules. */
    record Closed(List<Reason> reasons) implements GateState {
        public Closed {
            reasons = List.copyOf(reasons);
        }

        @Override
        public String toString() {
            return reasons.stream().map(Reason::toString).collect(Collectors.joining("; "));
        }
    }

    /** Why a rule does not hold, in words an owner reads. */
    record Reason(String rule, String text) {
        @Override
        public String toString() {
            return rule + ": " + text;
        }
    }
}
