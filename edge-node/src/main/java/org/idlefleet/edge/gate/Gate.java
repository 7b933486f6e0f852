package org.idlefleet.edge.gate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All rules of one owner and what the sources said last: open only while every rule holds.
 *
 * <p>Owned by one thread; time comes with each call and never goes back. If several sources speak
 * of one quantity, each of them must be content.
 */
public final class Gate {
    private final List<Rule> rules;
    private final List<Judge> judges;
    private final Readings readings;
    private boolean open;

    /** With no rule at all the gate is open. */
    public Gate(List<Rule> rules) {
        this(rules, rules.stream().map(Judge::of).toList(), new Readings());
    }

    private Gate(List<Rule> rules, List<Judge> judges, Readings readings) {
        this.rules = List.copyOf(rules);
        this.judges = judges;
        this.readings = readings;
    }

    /**
     * A gate with other rules that knows what this one knows, and takes its place: a rule that both
     * have goes on where it was, a new one has to settle first. This one must not be used any more.
     */
    public Gate with(List<Rule> next) {
        List<Judge> kept =
                next.stream()
                        .map(rule -> {
                            int at = rules.indexOf(rule);
                            return at < 0 ? Judge.of(rule) : judges.get(at);
                        })
                        .toList();
        return new Gate(next, kept, readings);
    }

    /** Takes a reading; one that is older than what its source said last is dropped. */
    public void accept(Reading reading) {
        readings.accept(reading);
    }

    /** The gate as of {@code now}; dwells count from call to call, so call it on every change. */
    public GateState evaluate(Instant now) {
        look(now);
        return state(now);
    }

    /**
     * Brings the gate up to {@code now}, like {@link #evaluate}, without a word why.
     *
     * @return names of the rules that do not hold; the gate is open if there are none
     */
    public List<String> look(Instant now) {
        judges.forEach(judge -> judge.look(readings, open, now));
        var broken = new ArrayList<String>();
        for (Judge judge : judges) {
            if (!judge.holds()) {
                broken.add(judge.name());
            }
        }
        open = broken.isEmpty();
        return broken;
    }

    /** What the last look found, in words as of {@code now}. */
    public GateState state(Instant now) {
        List<GateState.Reason> reasons = new ArrayList<>();
        Optional<Instant> until = Optional.empty();
        for (Judge judge : judges) {
            if (!judge.holds()) {
                reasons.add(new GateState.Reason(judge.name(), judge.text(now)));
            }
            Optional<Instant> end = judge.until(now);
            if (end.isPresent() && (until.isEmpty() || end.get().isBefore(until.get()))) {
                until = end;
            }
        }
        return open ? new GateState.Open(until) : new GateState.Closed(reasons);
    }

    /**
     * Whether only time is in the way, as of the last evaluation: every rule holds or counts down.
     * Else no waiting opens the gate, only another reading or another hour.
     */
    public boolean nearlyOpen() {
        return judges.stream().allMatch(Judge::near);
    }

    /** What each rule said at the last evaluation. */
    public List<Finding> findings(Instant now) {
        return judges.stream()
                .map(judge -> new Finding(judge.name(), judge.holds(), judge.text(now)))
                .toList();
    }

    /** Every reading kept, by quantity, then source. */
    public List<Reading> readings() {
        return readings.all();
    }

    /**
     * When the gate may change without a new reading: a dwell ends, a reading grows stale, an hour
     * begins. {@link Instant#MAX} if never.
     */
    public Instant nextDeadline(Instant now) {
        Instant next = Instant.MAX;
        for (Judge judge : judges) {
            Instant due = judge.nextDeadline(readings, now);
            next = due.isBefore(next) ? due : next;
        }
        return next;
    }

    static String age(Duration age) {
        long millis = Math.max(0, age.toMillis());
        return millis < 10_000
                ? millis / 1000 + "." + millis % 1000 / 100 + " s"
                : millis / 1000 + " s";
    }
}
