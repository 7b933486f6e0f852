package org.idlefleet.edge.gate;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A rule and what it remembers from look to look. */
abstract sealed class Judge {
    private final String name;

    private Judge(String name) {
        this.name = name;
    }

    static Judge of(Rule rule) {
        return switch (rule) {
            case Rule.Threshold threshold -> new OfThreshold(threshold);
            case Rule.AllOf all -> new OfGroup(all.name(), all.rules(), true);
            case Rule.AnyOf any -> new OfGroup(any.name(), any.rules(), false);
            case Rule.Hours hours -> new OfHours(hours);
        };
    }

    final String name() {
        return name;
    }

    /** Brings what is remembered up to {@code now}. */
    abstract void look(Readings readings, Instant now);

    abstract boolean holds();

    /** Why it holds or does not, as of the last look. */
    abstract String text(Instant now);

    /** When the schedule ends; empty if it has no say. */
    abstract Optional<Instant> until(Instant now);

    abstract Instant nextDeadline(Readings readings, Instant now);

    private static final class OfThreshold extends Judge {
        private final Rule.Threshold rule;
        private boolean met;
        private Instant goodSince = Instant.MAX;
        private List<Reading> seen = List.of();

        OfThreshold(Rule.Threshold rule) {
            super(rule.name());
            this.rule = rule;
        }

        @Override
        void look(Readings readings, Instant now) {
            seen = readings.of(rule.quantity());
            boolean fresh = !seen.isEmpty() && seen.stream().allMatch(one -> fresh(one, now));
            if (!fresh || seen.stream().anyMatch(one -> rule.left(value(one)))) {
                met = false;
                goodSince = Instant.MAX;
            } else if (!met) {
                boolean good = seen.stream().allMatch(one -> rule.entered(value(one)));
                goodSince = !good ? Instant.MAX : goodSince.equals(Instant.MAX) ? now : goodSince;
                met = good && !now.isBefore(goodSince.plus(rule.dwell()));
            }
        }

        private boolean fresh(Reading reading, Instant now) {
            return reading.value().isPresent()
                    && !reading.at().isAfter(now)
                    && !now.isAfter(reading.at().plus(rule.maxAge()));
        }

        private static double value(Reading reading) {
            return reading.value().orElseThrow();
        }

        @Override
        boolean holds() {
            return met;
        }

        @Override
        String text(Instant now) {
            if (seen.isEmpty()) {
                return "no source tells " + rule.quantity().key();
            }
            String values =
                    seen.stream().map(one -> words(one, now)).collect(Collectors.joining(", "));
            if (!met && goodSince.isBefore(Instant.MAX)) {
                Duration left = Duration.between(now, goodSince.plus(rule.dwell()));
                return values + ", counts in " + Gate.age(left);
            }
            return values + ", " + wanted();
        }

        private String words(Reading reading, Instant now) {
            String what =
                    reading.value().isEmpty()
                            ? rule.quantity().key() + " is unknown"
                            : rule.quantity().key()
                                    + " is "
                                    + rule.quantity().unit().text(value(reading));
            String age = Gate.age(Duration.between(reading.at(), now));
            return what
                    + (fresh(reading, now) || reading.value().isEmpty() ? "" : ", stale")
                    + " ("
                    + reading.source()
                    + ", "
                    + age
                    + " ago)";
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
                return goodSince.isBefore(Instant.MAX) ? goodSince.plus(rule.dwell()) : Instant.MAX;
            }
            return readings.of(rule.quantity()).stream()
                    .map(one -> one.at().plus(rule.maxAge()).plusNanos(1))
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
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
        void look(Readings readings, Instant now) {
            judges.forEach(judge -> judge.look(readings, now));
        }

        @Override
        boolean holds() {
            return all
                    ? judges.stream().allMatch(Judge::holds)
                    : judges.stream().anyMatch(Judge::holds);
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
        private boolean inside;

        OfHours(Rule.Hours rule) {
            super(rule.name());
            this.schedule = new Schedule(rule.zone(), rule.windows());
        }

        @Override
        void look(Readings readings, Instant now) {
            inside = schedule.inside(now);
        }

        @Override
        boolean holds() {
            return inside;
        }

        @Override
        String text(Instant now) {
            return schedule.nextChange(now)
                    .map(at ->
                            (inside ? "inside the hours until " : "outside the hours until ")
                                    + schedule.local(at))
                    .orElse(inside ? "all hours are allowed" : "no hours are allowed");
        }

        @Override
        Optional<Instant> until(Instant now) {
            return inside ? schedule.nextChange(now) : Optional.empty();
        }

        @Override
        Instant nextDeadline(Readings readings, Instant now) {
            return schedule.nextChange(now).orElse(Instant.MAX);
        }
    }
}
