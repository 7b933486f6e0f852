package org.idlefleet.edge.adapter.bus;

import org.idlefleet.edge.gate.Quantity;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** A service on the bus that knows about the device; what it answers is judged. One thread. */
sealed interface BusService permits Logind, NetworkManager {
    /** Its name on the bus. */
    String name();

    /** Whose word its readings are. */
    String source();

    /** What it tells. */
    Set<Quantity> provides();

    /** Rules of the bus for the signals after which it should be asked again. */
    List<String> signals();

    /**
     * Asks it.
     *
     * @throws BusException if it does not answer, or not as it should
     */
    Facts ask(Bus bus, Instant now) throws BusException;

    /** What it said before says nothing about now: it was away, or did not answer. */
    void forget();

    /**
     * What it says.
     *
     * @param values a quantity that is missing is unknown
     * @param people for people
     */
    record Facts(Map<Quantity, Fact> values, String people) {
        static final Facts NONE = new Facts(Map.of(), "");

        public Facts {
            values = Map.copyOf(values);
        }

        OptionalDouble value(Quantity quantity, Instant now) {
            Fact fact = values.get(quantity);
            return fact == null ? OptionalDouble.empty() : OptionalDouble.of(fact.value(now));
        }
    }

    /** Something that is so, or grows with time. */
    sealed interface Fact {
        double value(Instant now);

        /** Yes or no. */
        record Answer(boolean yes) implements Fact {
            @Override
            public double value(Instant now) {
                return yes ? 1 : 0;
            }
        }

        /** The seconds since then. */
        record Since(Instant then) implements Fact {
            @Override
            public double value(Instant now) {
                return Math.max(0, Duration.between(then, now).toMillis() / 1e3);
            }
        }
    }
}
