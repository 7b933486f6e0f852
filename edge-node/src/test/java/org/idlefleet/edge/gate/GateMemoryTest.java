package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** What a gate remembers from look to look. */
final class GateMemoryTest {
    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final Duration DWELL = Duration.ofSeconds(60);

    /** Five points an hour, from 71 on for 2 h 12 min. */
    private static final Rule CHARGED =
            new Rule.Threshold(
                    "battery",
                    Quantity.BATTERY,
                    Rule.Side.AT_LEAST,
                    70,
                    60,
                    Duration.ZERO,
                    FRESH,
                    5);

    private static final Rule ALLOWED =
            Rule.Threshold.is("allowed", Quantity.ALLOWED, true, Duration.ZERO, FRESH);
    private static final Rule COOL =
            new Rule.Threshold(
                    "temperature", Quantity.TEMPERATURE, Rule.Side.AT_MOST, 70, 80, DWELL, FRESH);

    private Instant now = Instant.parse("2026-01-05T12:00:00Z");

    /** Looks once a minute, as long as that; whether it is open at the end. */
    private boolean open(Gate gate, Duration time, double battery, boolean allowed) {
        for (Instant end = now.plus(time); now.isBefore(end); ) {
            now = now.plusSeconds(60);
            gate.accept(Reading.of(Quantity.BATTERY, battery, now, "b"));
            gate.accept(Reading.of(Quantity.ALLOWED, allowed, now, "a"));
            gate.evaluate(now);
        }
        return gate.evaluate(now) instanceof GateState.Open;
    }

    @Test
    void aChargeThatIsStuckCreepsOnlyWhileTheGateIsOpen() {
        var gate = new Gate(List.of(CHARGED, ALLOWED));
        assertThat(open(gate, Duration.ofHours(9), 71, false)).isFalse();
        assertThat(open(gate, Duration.ofHours(2), 71, true)).isTrue();
        assertThat(open(gate, Duration.ofMinutes(30), 71, true)).isFalse();
    }

    @Test
    void aChargeThatChangesIsBelievedFromThenOn() {
        var gate = new Gate(List.of(CHARGED, ALLOWED));
        assertThat(open(gate, Duration.ofHours(2), 71, true)).isTrue();
        assertThat(open(gate, Duration.ofMinutes(90), 70, true)).isTrue();
        assertThat(open(gate, Duration.ofMinutes(60), 70, true)).isFalse();
    }

    @Test
    void closesWithTheFirstScheduleThatEnds() {
        Rule until14 = hours("until 14", 14);
        Rule until20 = hours("until 20", 20);
        for (List<Rule> rules : List.of(List.of(until14, until20), List.of(until20, until14))) {
            assertThat(new Gate(rules).evaluate(now))
                    .isEqualTo(
                            new GateState.Open(Optional.of(Instant.parse("2026-01-05T14:00:00Z"))));
        }
    }

    private static Rule hours(String name, int end) {
        return new Rule.Hours(
                name,
                ZoneOffset.UTC,
                List.of(
                        new Rule.Window(
                                EnumSet.allOf(DayOfWeek.class),
                                LocalTime.of(8, 0),
                                LocalTime.of(end, 0))),
                true);
    }

    @Test
    void aRuleThatNewRulesKeepGoesOnWhereItWas() {
        var gate = new Gate(List.of(COOL));
        gate.accept(Reading.of(Quantity.TEMPERATURE, 60, now, "t"));
        gate.evaluate(now);
        now = now.plusSeconds(59);
        Gate next = gate.with(List.of(ALLOWED, COOL));
        now = now.plusSeconds(1);
        next.accept(Reading.of(Quantity.TEMPERATURE, 60, now, "t"));
        next.accept(Reading.of(Quantity.ALLOWED, true, now, "a"));
        assertThat(next.evaluate(now)).isInstanceOf(GateState.Open.class);
    }

    /** One that only says so at last is not what the others said all along. */
    @Test
    void everySourceMustBeContentAtTheSameTime() {
        var gate = new Gate(List.of(COOL));
        for (int second = 0; second <= 120; second++) {
            now = now.plusSeconds(1);
            gate.accept(Reading.of(Quantity.TEMPERATURE, 60, now, "one"));
            gate.accept(Reading.of(Quantity.TEMPERATURE, 75, now, "between the thresholds"));
            assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
        }
    }

    @Test
    void ofAGroupInWhichAllMustHoldOneWillNotDo() {
        var gate = new Gate(List.of(new Rule.AllOf("both", List.of(ALLOWED, CHARGED))));
        gate.accept(Reading.of(Quantity.ALLOWED, true, now, "a"));
        gate.accept(Reading.of(Quantity.BATTERY, 50, now, "b"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
        gate.accept(Reading.of(Quantity.BATTERY, 80, now, "b"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Open.class);
    }
}
