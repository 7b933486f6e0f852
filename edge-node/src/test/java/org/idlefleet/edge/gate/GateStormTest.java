package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;

/** Late, lost, unknown and jumping signals: the gate is open only when it is provably right. */
class GateStormTest {
    private static final Duration DWELL = Duration.ofSeconds(5);
    private static final Duration FRESH = Duration.ofSeconds(2);

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isOpenOnlyWithFreshGoodSignalsForTheWholeDwell(long seed) {
        var random = new Random(seed);
        var rule =
                new Rule.Threshold(
                        "battery", Quantity.BATTERY, Rule.Side.AT_LEAST, 60, 40, DWELL, FRESH);
        var gate = new Gate(List.of(rule));
        Instant now = Instant.EPOCH;
        var told = new ArrayList<Reading>();
        double level = random.nextInt(101);
        int opened = 0;
        boolean was = false;
        Instant goodSince = Instant.MAX;
        for (int i = 0; i < 2000; i++) {
            now = now.plusMillis(random.nextInt(random.nextInt(100) == 0 ? 4000 : 300));
            level = Math.clamp(level + random.nextGaussian() * 4, 0, 100);
            if (random.nextInt(10) > 0) {
                Instant at = now.minusMillis(random.nextInt(50));
                Reading reading =
                        random.nextInt(300) == 0
                                ? Reading.unknown(Quantity.BATTERY, at, "s")
                                : Reading.of(Quantity.BATTERY, level, at, "s");
                gate.accept(reading);
                if (told.isEmpty() || !at.isBefore(told.getLast().at())) {
                    told.add(reading);
                }
            }
            boolean is = gate.evaluate(now) instanceof GateState.Open;
            OptionalDouble known = told.isEmpty() ? OptionalDouble.empty() : told.getLast().value();
            boolean fresh = known.isPresent() && !now.isAfter(told.getLast().at().plus(FRESH));
            boolean bad = !fresh || known.orElseThrow() < 40;
            boolean good = fresh && known.orElseThrow() >= 60;
            if (bad) {
                assertThat(is).as("leaving is immediate").isFalse();
            }
            goodSince = good ? (goodSince.equals(Instant.MAX) ? now : goodSince) : Instant.MAX;
            if (is && !was) {
                assertThat(goodSince.plus(DWELL))
                        .as("entering takes the dwell")
                        .isBeforeOrEqualTo(now);
                opened++;
            }
            assertThat(gate.nextDeadline(now)).isAfter(now);
            was = is;
        }
        assertThat(opened).as("flaps at the threshold").isLessThan(60);
    }
}
