package org.idlefleet.edge.gate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A rule and what it remembers from look to look. */
abstract sealed class Judge {
    private static final Duration HOUR = Duration.ofHours(1);

    private final String name;

    private Judge(String name) {
        this.name = name;
    }

    static Judge of(Rule rule) {
        return switch (rule) {
            case Rule.Threshold threshold -> new OfThreshold(threshold);
            case Rule.Fed fed -> new OfFed(fed);
            case Rule.AllOf all -> new OfGroup(all.name(), all.rules(), true);
            case Rule.AnyOf any -> new OfGroup(any.name(), any.rules(), false);
            case Rule.Hours hours -> new OfHours(hours);
        };
    }

    final String name() {
        return name;
    }

    /**
     * Brings what is remembered up to {@code now}.
     *
     * @param carries whether the gate was open since the last look, and needed this rule for it
     */
    abstract void look(Readings readings, boolean carries, Instant now);

    abstract boolean holds();

    /** Whether it holds, or will if only time passes; as of the last look. */
    abstract boolean near();

    /** Why it holds or does not, as of the last look. */
    abstract String text(Instant now);

    /** When the schedule ends; empty if it has no say. */
    abstract Optional<Instant> until(Instant now);

    abstract Instant nextDeadline(Readings readings, Instant now);

    private static final class OfThreshold extends Judge {
        private final Rule.Threshold rule;
        private final Map<String, Carried> carried = new TreeMap<>();
        private final Deque<Instant> leaves = new ArrayDeque<>();
        private boolean met;
        private Instant goodSince = Instant.MAX;
        private Instant looked = Instant.MAX;
        private List<Reading> seen = List.of();

        /** For how long the gate was open on a source's word while that stayed the same. */
        private record Carried(OptionalDouble value, Duration time) {}

        OfThreshold(Rule.Threshold rule) {
            super(rule.name());
            this.rule = rule;
        }

        @Override
        void look(Readings readings, boolean carries, Instant now) {
            seen = readings.of(rule.quantity());
            if (rule.creep() > 0) {
                seen.forEach(one -> carry(one, carries, now));
            }
            looked = now;
            boolean fresh = !seen.isEmpty() && seen.stream().allMatch(one -> fresh(one, now));
            if (!fresh || seen.stream().anyMatch(one -> rule.left(value(one)))) {
                leave(now);
            } else if (!met) {
                boolean good = seen.stream().allMatch(one -> rule.entered(value(one)));
                goodSince = !good ? Instant.MAX : goodSince.equals(Instant.MAX) ? now : goodSince;
                met = good && !now.isBefore(due());
            }
        }

        /**
         * A value that changes is believed from then on; time counts only while the gate is open.
         */
        private void carry(Reading reading, boolean carries, Instant now) {
            Duration passed =
                    carries && looked.isBefore(now) ? Duration.between(looked, now) : Duration.ZERO;
            Carried before = carried.get(reading.source());
            boolean same = before != null && before.value().equals(reading.value());
            Instant since = reading.at().isAfter(now) ? now : reading.at();
            Duration time =
                    same && before != null
                            ? before.time().plus(passed)
                            : shorter(passed, Duration.between(since, now));
            carried.put(reading.source(), new Carried(reading.value(), time));
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }

        private void leave(Instant now) {
            if (met && rule.dwell().isPositive()) {
                leaves.addLast(now);
                if (leaves.size() > Rule.Threshold.LEAVES_PER_HOUR) {
                    leaves.removeFirst();
                }
            }
            met = false;
            goodSince = Instant.MAX;
        }

        /** When what is good now will count; after the dwell, and not too often in an hour. */
        private Instant due() {
            Instant dwelt = goodSince.plus(rule.dwell());
            if (leaves.size() < Rule.Threshold.LEAVES_PER_HOUR) {
                return dwelt;
            }
            Instant again = leaves.getFirst().plus(HOUR);
            return again.isAfter(dwelt) ? again : dwelt;
        }

        private boolean fresh(Reading reading, Instant now) {
            return reading.value().isPresent()
                    && !reading.at().isAfter(now)
                    && !now.isAfter(reading.at().plus(rule.maxAge()));
        }

        /** What it is taken to be. */
        private double value(Reading reading) {
            double told = reading.value().orElseThrow();
            Carried since = carried.get(reading.source());
            return since == null ? told : rule.crept(told, since.time());
        }

        @Override
        boolean holds() {
            return met;
        }

        @Override
        boolean near() {
            return met || goodSince.isBefore(Instant.MAX);
        }

        @Override
        String text(Instant now) {
            if (seen.isEmpty()) {
                return "no source tells " + rule.quantity().key();
            }
            String values =
                    seen.stream().map(one -> words(one, now)).collect(Collectors.joining(", "));
            if (!met && goodSince.isBefore(Instant.MAX)) {
                boolean often = due().isAfter(goodSince.plus(rule.dwell()));
                return values
                        + (often ? ", ended it " + leaves.size() + " times within an hour" : "")
                        + ", counts in "
                        + Gate.age(Duration.between(now, due()));
            }
            return values + ", " + wanted();
        }

        private String words(Reading reading, Instant now) {
            String age = Gate.age(Duration.between(reading.at(), now));
            String from = " (" + reading.source() + ", " + age + " ago)";
            if (reading.value().isEmpty()) {
                return rule.quantity().key() + " is unknown" + from;
            }
            Quantity.Unit unit = rule.quantity().unit();
            String told = unit.text(reading.value().getAsDouble());
            String taken = unit.text(value(reading));
            return rule.quantity().key()
                    + " is "
                    + told
                    + (taken.equals(told) ? "" : ", taken as " + taken + " until it changes")
                    + (fresh(reading, now) ? "" : ", stale")
                    + from;
        }

        private String wanted() {
            Quantity.Unit unit = rule.quantity().unit();
            if (unit == Quantity.Unit.YES_NO) {
                return "must be " + unit.text(rule.enter());
            }
            String side = rule.side() == Rule.Side.AT_LEAST ? "at least " : "at most ";
            return "must be " + side + unit.text(met ? rule.leave() : rule.enter());
        }

        @Override
        Optional<Instant> until(Instant now) {
            return Optional.empty();
        }

        @Override
        Instant nextDeadline(Readings readings, Instant now) {
            if (!met) {
                return goodSince.isBefore(Instant.MAX) ? due() : Instant.MAX;
            }
            return readings.of(rule.quantity()).stream()
                    .map(one -> one.at().plus(rule.maxAge()).plusNanos(1))
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
        }
    }

    private static final class OfFed extends Judge {
        private final Rule.Threshold rule;
        private final OfThreshold charger;
        private final Doubt doubt = new Doubt();

        OfFed(Rule.Fed rule) {
            super(rule.name());
            this.rule = rule.charger();
            this.charger = new OfThreshold(rule.charger());
        }

        @Override
        void look(Readings readings, boolean carries, Instant now) {
            boolean settled = charger.holds();
            charger.look(readings, carries, now);
            doubt.look(readings, rule, settled && charger.holds(), now);
        }

        @Override
        boolean holds() {
            return charger.holds() && !doubt.stands();
        }

        @Override
        boolean near() {
            return charger.near() && !doubt.stands();
        }

        @Override
        String text(Instant now) {
            return charger.text(now) + (charger.near() ? doubt.text() : "");
        }

        @Override
        Optional<Instant> until(Instant now) {
            return Optional.empty();
        }

        @Override
        Instant nextDeadline(Readings readings, Instant now) {
            return charger.nextDeadline(readings, now);
        }
    }

    private static final class OfGroup extends Judge {
        private final List<Judge> judges;
        private final boolean all;

        OfGroup(String name, List<Rule> rules, boolean all) {
            super(name);
            this.judges = rules.stream().map(Judge::of).toList();
            this.all = all;
        }

        @Override
        void look(Readings readings, boolean carries, Instant now) {
            // Where one will do, the first that held is what the gate was open on.
            boolean first = carries;
            for (Judge judge : judges) {
                boolean held = judge.holds();
                judge.look(readings, all ? carries : first && held, now);
                first &= !held;
            }
        }

        @Override
        boolean holds() {
            return all
                    ? judges.stream().allMatch(Judge::holds)
                    : judges.stream().anyMatch(Judge::holds);
        }

        @Override
        boolean near() {
            return all
                    ? judges.stream().allMatch(Judge::near)
                    : judges.stream().anyMatch(Judge::near);
        }

        @Override
        String text(Instant now) {
            boolean holds = holds();
            return judges.stream()
                    .filter(judge -> judge.holds() == holds)
                    .map(judge -> judge.text(now))
                    .collect(Collectors.joining(all == holds ? " and " : "; "));
        }

        @Override
        Optional<Instant> until(Instant now) {
            if (!all) {
                boolean free =
                        judges.stream()
                                .anyMatch(judge -> judge.holds() && judge.until(now).isEmpty());
                return free ? Optional.empty() : ends(now).max(Comparator.naturalOrder());
            }
            return ends(now).min(Comparator.naturalOrder());
        }

        private Stream<Instant> ends(Instant now) {
            return judges.stream().filter(Judge::holds).flatMap(judge -> judge.until(now).stream());
        }

        @Override
        Instant nextDeadline(Readings readings, Instant now) {
            return judges.stream()
                    .map(judge -> judge.nextDeadline(readings, now))
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
        }
    }

    private static final class OfHours extends Judge {
        private final Schedule schedule;
        private final boolean wanted;
        private boolean inside;
        private Instant next = Instant.MIN;

        OfHours(Rule.Hours rule) {
            super(rule.name());
            this.schedule = new Schedule(rule.zone(), rule.windows());
            this.wanted = rule.inside();
        }

        @Override
        void look(Readings readings, boolean carries, Instant now) {
            if (!now.isBefore(next)) {
                inside = schedule.inside(now);
                next = schedule.nextChange(now).orElse(Instant.MAX);
            }
        }

        @Override
        boolean holds() {
            return inside == wanted;
        }

        @Override
        boolean near() {
            return inside;
        }

        @Override
        String text(Instant now) {
            if (next.equals(Instant.MAX)) {
                return holds() ? "all hours are allowed" : "no hours are allowed";
            }
            return (inside ? "inside the " : "outside the ")
                    + (wanted ? "hours until " : "quiet hours until ")
                    + schedule.local(next);
        }

        @Override
        Optional<Instant> until(Instant now) {
            return holds() && next.isBefore(Instant.MAX) ? Optional.of(next) : Optional.empty();
        }

        @Override
        Instant nextDeadline(Readings readings, Instant now) {
            return next;
        }
    }
}
