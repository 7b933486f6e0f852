package org.idlefleet.edge.gate;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A rule of the owner's: what must hold for the device to compute. */
public sealed interface Rule {
    /** How the rule is called in configuration and reasons. */
    String name();

    /**
     * A quantity stays at or above (or below) a threshold.
     *
     * <p>Unmet, it becomes met once the value has been on the good side of {@code enter} for {@code
     * dwell} without a break; met, it becomes unmet with the first value on the bad side of {@code
     * leave}. Between the two thresholds nothing changes. A value that is unknown, or older than
     * {@code maxAge}, is on the bad side of both. With a dwell, it becomes unmet {@value
     * #LEAVES_PER_HOUR} times an hour at most: after the last of them it stays unmet until an hour
     * after the first.
     *
     * @param creep by how much the value is taken to get worse in an hour in which the gate is open
     *     on its word and it does not change: a sensor that is stuck must not empty a battery
     */
    record Threshold(
            String name,
            Quantity quantity,
            Side side,
            double enter,
            double leave,
            Duration dwell,
            Duration maxAge,
            double creep)
            implements Rule {
        /** How often in an hour a rule may end what it let begin. */
        public static final int LEAVES_PER_HOUR = 2;

        /** A value that is believed as long as it is fresh. */
        public Threshold(
                String name,
                Quantity quantity,
                Side side,
                double enter,
                double leave,
                Duration dwell,
                Duration maxAge) {
            this(name, quantity, side, enter, leave, dwell, maxAge, 0);
        }

        public Threshold {
            if (side == Side.AT_LEAST ? enter < leave : enter > leave) {
                throw new IllegalArgumentException(
                        name
                                + ": with "
                                + side
                                + " the enter threshold lies on the good side of leave; found enter"
                                + " "
                                + enter
                                + ", leave "
                                + leave);
            }
            if (dwell.isNegative() || !maxAge.isPositive()) {
                throw new IllegalArgumentException(
                        name + ": dwell is not negative and the age limit is positive");
            }
            if (!(creep >= 0)) {
                throw new IllegalArgumentException(
                        name + ": creep is not negative, found " + creep);
            }
        }

        /** A yes-or-no quantity must have this answer. */
        public static Threshold is(
                String name, Quantity quantity, boolean yes, Duration dwell, Duration maxAge) {
            return new Threshold(
                    name,
                    quantity,
                    yes ? Side.AT_LEAST : Side.AT_MOST,
                    yes ? 1 : 0,
                    yes ? 1 : 0,
                    dwell,
                    maxAge);
        }

        /** The value after {@code time} of creeping. */
        double crept(double value, Duration time) {
            double way = creep * time.toMillis() / 3_600_000;
            return side == Side.AT_LEAST ? value - way : value + way;
        }

        boolean entered(double value) {
            return side == Side.AT_LEAST ? value >= enter : value <= enter;
        }

        boolean left(double value) {
            return side == Side.AT_LEAST ? value < leave : value > leave;
        }
    }

    /** Which side of a threshold is good. */
    enum Side {
        AT_LEAST,
        AT_MOST
    }

    /**
     * A charger feeds the device: it is said to be there, and nothing speaks against it. A drained
     * battery does, once the charger's word has settled; a charge that falls by {@value #FALL}
     * points within an hour does, and so does driving. From then on the charger is not believed
     * until it was gone, or a charge rises by a point or is full: a plug that is stuck must not
     * empty a battery.
     *
     * @param charger whether it is said to be there
     */
    record Fed(String name, Threshold charger) implements Rule {
        /** Points of charge, of a hundred. Meters flicker by one. */
        public static final double FALL = 2;

        /** Points of charge. */
        public static final double RISE = 1;

        /** Points of charge from which on a battery may have no room to rise. */
        public static final double FULL = 99;

        /** No cable allows this, in km/h. */
        public static final double DRIVES = 5;

        /** Within which a charge falls; by itself it does so far more slowly. */
        public static final Duration WITHIN = Duration.ofHours(1);
    }

    /** All of some rules. */
    record AllOf(String name, List<Rule> rules) implements Rule {
        public AllOf {
            rules = List.copyOf(rules);
        }
    }

    /** At least one of some rules. */
    record AnyOf(String name, List<Rule> rules) implements Rule {
        public AnyOf {
            rules = List.copyOf(rules);
        }
    }

    /**
     * The local time lies in one of some windows.
     *
     * @param inside false turns it round: it must lie in none of them
     */
    record Hours(String name, ZoneId zone, List<Window> windows, boolean inside) implements Rule {
        public Hours {
            windows = List.copyOf(windows);
        }
    }

    /**
     * A span of local time, from {@code from} until before {@code to}, on the days on which it
     * begins. It runs past midnight if {@code to} is not after {@code from}; equal ones mean 24
     * hours.
     */
    record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to) {
        public Window {
            days = Collections.unmodifiableSet(new TreeSet<>(days));
        }
    }
}
