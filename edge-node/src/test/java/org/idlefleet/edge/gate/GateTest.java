package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class GateTest {
    private static final Duration DWELL = Duration.ofSeconds(60);
    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final Rule COOL =
            new Rule.Threshold(
                    "temperature", Quantity.TEMPERATURE, Rule.Side.AT_MOST, 70, 80, DWELL, FRESH);
    private static final Rule PLUGGED =
            Rule.Threshold.is("mains", Quantity.MAINS, true, Duration.ZERO, FRESH);

    private Instant now = Instant.parse("2026-01-05T12:00:00Z");

    private GateState at(Gate gate, double temperature) {
        gate.accept(Reading.of(Quantity.TEMPERATURE, temperature, now, "t"));
        return gate.evaluate(now);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void isClosedBeforeAnySignalAndSaysWhichIsMissing() {
        assertThat(new Gate(List.of(COOL)).evaluate(now).toString())
                .isEqualTo("temperature: no source tells temperature.device");
    }

    @Test
    void opensOnlyAfterTheDwellAndClosesAtOnce() {
        var gate = new Gate(List.of(COOL));
        assertThat(at(gate, 60)).isInstanceOf(GateState.Closed.class);
        assertThat(gate.nextDeadline(now)).isEqualTo(now.plus(DWELL));
        pass(DWELL);
        assertThat(at(gate, 60)).isInstanceOf(GateState.Open.class);
        pass(Duration.ofMillis(1));
        assertThat(at(gate, 81)).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void saysWhetherOnlyTimeIsInTheWay() {
        var gate = new Gate(List.of(COOL, PLUGGED));
        at(gate, 60);
        assertThat(gate.nearlyOpen()).as("nothing is known of the mains").isFalse();
        gate.accept(Reading.of(Quantity.MAINS, true, now, "t"));
        at(gate, 60);
        assertThat(gate.nearlyOpen()).as("the dwell counts").isTrue();
        at(gate, 75);
        assertThat(gate.nearlyOpen()).as("too warm to enter").isFalse();
        at(gate, 60);
        pass(DWELL);
        gate.accept(Reading.of(Quantity.MAINS, true, now, "t"));
        assertThat(at(gate, 60)).isInstanceOf(GateState.Open.class);
        assertThat(gate.nearlyOpen()).as("open").isTrue();
    }

    @Test
    void staysAsItIsBetweenTheThresholds() {
        var gate = new Gate(List.of(COOL));
        at(gate, 75);
        pass(DWELL.multipliedBy(3));
        assertThat(at(gate, 75)).isInstanceOf(GateState.Closed.class);
        at(gate, 70);
        pass(DWELL);
        assertThat(at(gate, 70)).isInstanceOf(GateState.Open.class);
        assertThat(at(gate, 80)).isInstanceOf(GateState.Open.class);
    }

    @Test
    void countsTheDwellAnewAfterABreak() {
        var gate = new Gate(List.of(COOL));
        at(gate, 60);
        pass(Duration.ofSeconds(59));
        at(gate, 75);
        pass(Duration.ofSeconds(1));
        at(gate, 60);
        pass(Duration.ofSeconds(59));
        assertThat(at(gate, 60)).isInstanceOf(GateState.Closed.class);
        pass(Duration.ofSeconds(1));
        assertThat(at(gate, 60)).isInstanceOf(GateState.Open.class);
    }

    @Test
    void closesWhenASignalGrowsStaleEvenIfNobodySaysAnything() {
        var gate = new Gate(List.of(PLUGGED));
        gate.accept(Reading.of(Quantity.MAINS, true, now, "t"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Open.class);
        Instant due = gate.nextDeadline(now);
        assertThat(due).isAfter(now.plus(FRESH)).isBefore(now.plus(FRESH).plusMillis(1));
        now = due;
        assertThat(gate.evaluate(now).toString()).contains("stale");
    }

    @Test
    void treatsUnknownAsClosed() {
        var gate = new Gate(List.of(PLUGGED));
        gate.accept(Reading.of(Quantity.MAINS, true, now, "t"));
        gate.evaluate(now);
        gate.accept(Reading.unknown(Quantity.MAINS, now, "t"));
        assertThat(gate.evaluate(now).toString()).contains("unknown");
    }

    @Test
    void doesNotTrustASignalFromTheFuture() {
        var gate = new Gate(List.of(PLUGGED));
        gate.accept(Reading.of(Quantity.MAINS, true, now.plusSeconds(9), "t"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void needsEverySourceToAgree() {
        var gate = new Gate(List.of(PLUGGED));
        gate.accept(Reading.of(Quantity.MAINS, true, now, "a"));
        gate.accept(Reading.of(Quantity.MAINS, false, now, "b"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void dropsAReadingThatArrivesAfterANewerOne() {
        var gate = new Gate(List.of(PLUGGED));
        gate.accept(Reading.of(Quantity.MAINS, false, now, "a"));
        gate.accept(Reading.of(Quantity.MAINS, true, now.minusMillis(1), "a"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void takesMainsOrAFullBatteryForPower() {
        Rule battery =
                new Rule.Threshold(
                        "battery",
                        Quantity.BATTERY,
                        Rule.Side.AT_LEAST,
                        80,
                        60,
                        Duration.ZERO,
                        FRESH);
        var gate = new Gate(List.of(new Rule.AnyOf("power", List.of(PLUGGED, battery))));
        gate.accept(Reading.of(Quantity.MAINS, false, now, "t"));
        gate.accept(Reading.of(Quantity.BATTERY, 85, now, "t"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Open.class);
        gate.accept(Reading.of(Quantity.BATTERY, 59, now, "t"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
        gate.accept(Reading.of(Quantity.MAINS, true, now, "t"));
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Open.class);
    }

    @Test
    void keepsToHoursThatRunPastMidnightAndSaysWhenTheyEnd() {
        var nights =
                new Rule.Window(Set.of(DayOfWeek.MONDAY), LocalTime.of(22, 0), LocalTime.of(6, 0));
        var gate =
                new Gate(
                        List.of(
                                new Rule.Hours(
                                        "hours",
                                        ZoneId.of("Europe/Berlin"),
                                        List.of(nights),
                                        true)));
        // Monday 22:00 in Berlin is 21:00 UTC in January.
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
        assertThat(gate.nextDeadline(now)).isEqualTo("2026-01-05T21:00:00Z");
        now = Instant.parse("2026-01-05T21:00:00Z");
        assertThat(gate.evaluate(now))
                .isEqualTo(new GateState.Open(Optional.of(Instant.parse("2026-01-06T05:00:00Z"))));
        now = Instant.parse("2026-01-06T05:00:00Z");
        assertThat(gate.evaluate(now)).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void mayComputeAllDayWhenFromEqualsTo() {
        var always = new Rule.Window(Set.of(DayOfWeek.values()), LocalTime.NOON, LocalTime.NOON);
        var gate =
                new Gate(List.of(new Rule.Hours("hours", ZoneId.of("UTC"), List.of(always), true)));
        assertThat(gate.evaluate(now)).isEqualTo(new GateState.Open(Optional.empty()));
    }

    @Test
    void refusesARuleWhoseThresholdsAreTheWrongWayRound() {
        assertThatThrownBy(() ->
                        new Rule.Threshold(
                                "t", Quantity.TEMPERATURE, Rule.Side.AT_MOST, 80, 70, DWELL, FRESH))
                .hasMessageContaining("good side");
    }

    @Test
    void explainsEachRule() {
        var gate = new Gate(List.of(COOL, PLUGGED));
        gate.accept(Reading.of(Quantity.TEMPERATURE, 91.25, now, "linux"));
        gate.accept(Reading.of(Quantity.MAINS, true, now, "linux"));
        pass(Duration.ofMillis(200));
        gate.evaluate(now);
        assertThat(gate.findings(now))
                .containsExactly(
                        new Finding(
                                "temperature",
                                false,
                                "temperature.device is 91.3 °C (linux, 0.2 s ago), must be at most"
                                        + " 70 °C"),
                        new Finding(
                                "mains",
                                true,
                                "power.mains is yes (linux, 0.2 s ago), must be yes"));
    }
}
