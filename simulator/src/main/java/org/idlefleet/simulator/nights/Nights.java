package org.idlefleet.simulator.nights;

import org.idlefleet.simulator.nights.NightRun.Outcome;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;

/** What many nights together say. */
public final class Nights {
    private final List<Outcome> outcomes;

    private Nights(List<Outcome> outcomes) {
        this.outcomes = outcomes;
    }

    /**
     * Runs nights on all processors; the same seeds always say the same.
     *
     * @param seed the first one's
     */
    public static Nights run(long seed, int count) {
        return new Nights(
                LongStream.range(seed, seed + count)
                        .parallel()
                        .mapToObj(one -> new NightRun(one).run())
                        .toList());
    }

    public int count() {
        return outcomes.size();
    }

    /** For how long gates were open. */
    public Duration open() {
        return outcomes.stream().map(Outcome::open).reduce(Duration.ZERO, Duration::plus);
    }

    /** For how long what was heard would have let vehicles compute, flaps apart. */
    public Duration allowed() {
        return outcomes.stream().map(Outcome::allowed).reduce(Duration.ZERO, Duration::plus);
    }

    /** The sum of a count over all nights. */
    public int sum(ToIntFunction<Outcome> count) {
        return outcomes.stream().mapToInt(count).sum();
    }

    /** The most that one threshold closed a gate within an hour. */
    public int flaps() {
        return outcomes.stream().mapToInt(Outcome::flaps).max().orElse(0);
    }

    /** Least charge above the owner's floor while a vehicle computed on its battery. */
    public double floorMargin() {
        return outcomes.stream().mapToDouble(Outcome::floorMargin).min().orElse(100);
    }

    /** In how many nights each corner was reached. */
    public Map<NightCorner, Integer> corners() {
        Map<NightCorner, Integer> corners = new EnumMap<>(NightCorner.class);
        outcomes.stream()
                .map(Outcome::corners)
                .flatMap(Collection::stream)
                .forEach(corner -> corners.merge(corner, 1, Integer::sum));
        return corners;
    }

    /** Corners that no night reached. */
    public Set<NightCorner> missed() {
        Set<NightCorner> missed = EnumSet.allOf(NightCorner.class);
        missed.removeAll(corners().keySet());
        return missed;
    }

    /** The first broken promises, in words, with their seeds. */
    public List<String> violations() {
        var violations = new ArrayList<String>();
        outcomes.forEach(outcome -> violations.addAll(outcome.violations()));
        return violations.subList(0, Math.min(20, violations.size()));
    }
}
