package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A charger is not believed against everything else that is known. */
class FedTest {
    private static final Duration DWELL = Duration.ofSeconds(30);
    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final Rule FED =
            new Rule.Fed("mains", Rule.Threshold.is("mains", Quantity.MAINS, true, DWELL, FRESH));

    private final Gate gate = new Gate(List.of(FED));
    private Instant now = Instant.parse("2026-01-05T12:00:00Z");
    private boolean plug = true;
    private boolean drained;
    private double charge = 50;
    private double speed;

    private boolean open() {
        gate.accept(Reading.of(Quantity.MAINS, plug, now, "car"));
        gate.accept(Reading.of(Quantity.DISCHARGING, drained, now, "car"));
        gate.accept(Reading.of(Quantity.BATTERY, charge, now, "car"));
        gate.accept(Reading.of(Quantity.SPEED, speed, now, "car"));
        return gate.evaluate(now) instanceof GateState.Open;
    }

    private boolean openAfter(Duration time) {
        boolean open = open();
        for (Instant end = now.plus(time); now.isBefore(end); now = now.plusSeconds(1)) {
            open = open();
        }
        return open;
    }

    @Test
    void isBelievedWhileNothingSpeaksAgainstIt() {
        assertThat(openAfter(Duration.ofMinutes(1))).isTrue();
        charge = 49;
        assertThat(openAfter(Duration.ofHours(2))).isTrue();
    }

    @Test
    void aDrainedBatterySpeaksAgainstItUntilTheChargeRises() {
        openAfter(Duration.ofMinutes(1));
        drained = true;
        assertThat(open()).isFalse();
        drained = false;
        assertThat(openAfter(Duration.ofHours(2))).isFalse();
        assertThat(gate.nearlyOpen()).isFalse();
        assertThat(gate.findings(now).getFirst().text())
                .contains("power.mains is yes", "but the battery is drained: not believed until");
        charge = 48;
        open();
        charge = 48.5;
        assertThat(open()).isFalse();
        charge = 49;
        assertThat(open()).isTrue();
    }

    @Test
    void whatIsStillDrainedWhenThePlugHasJustGoneInIsNot() {
        drained = true;
        open();
        now = now.plusSeconds(2);
        drained = false;
        assertThat(openAfter(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void aChargeThatFallsFastSpeaksAgainstIt() {
        openAfter(Duration.ofMinutes(1));
        charge = 48.5;
        assertThat(open()).isTrue();
        charge = 48;
        assertThat(open()).isFalse();
        assertThat(openAfter(Duration.ofHours(2))).isFalse();
    }

    @Test
    void aChargeThatFallsByItselfDoesNot() {
        openAfter(Duration.ofMinutes(1));
        for (int hour = 0; hour < 6; hour++) {
            charge -= 0.5;
            assertThat(openAfter(Duration.ofMinutes(61))).isTrue();
        }
    }

    @Test
    void drivingSpeaksAgainstItUntilThePlugWasOut() {
        openAfter(Duration.ofMinutes(1));
        speed = 30;
        assertThat(open()).isFalse();
        speed = 0;
        assertThat(openAfter(Duration.ofHours(1))).isFalse();
        plug = false;
        open();
        plug = true;
        assertThat(open()).isFalse();
        assertThat(openAfter(DWELL.plusSeconds(2))).isTrue();
    }

    @Test
    void aFullBatteryHasNoRoomToRise() {
        openAfter(Duration.ofMinutes(1));
        charge = 100;
        drained = true;
        assertThat(open()).isFalse();
        drained = false;
        now = now.plusSeconds(1);
        assertThat(open()).isTrue();
    }

    @Test
    void everySourceOfAChargeCanRise() {
        openAfter(Duration.ofMinutes(1));
        drained = true;
        open();
        drained = false;
        gate.accept(Reading.of(Quantity.BATTERY, 70, now, "charger"));
        assertThat(open()).isFalse();
        gate.accept(Reading.of(Quantity.BATTERY, 71, now, "charger"));
        assertThat(open()).isTrue();
    }
}
