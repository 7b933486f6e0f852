package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class GeofenceTest {
    /** A degree along a meridian of a sphere of this radius, in metres. */
    private static final double DEGREE = 111_195.08;

    private static final Geofence HOME = new Geofence(52.5, 13.4, 100, 200);

    private static double north(double metres) {
        return 52.5 + metres / DEGREE;
    }

    @Test
    void comesHomeInTheInnerCircleAndLeavesTheOuterOne() {
        assertThat(HOME.home(false, north(150), 13.4, 0)).isFalse();
        assertThat(HOME.home(false, north(99), 13.4, 0)).isTrue();
        assertThat(HOME.home(true, north(150), 13.4, 0)).isTrue();
        assertThat(HOME.home(true, north(201), 13.4, 0)).isFalse();
    }

    @Test
    void takesADoubtfulPositionForOneFartherAway() {
        assertThat(HOME.home(false, north(60), 13.4, 39)).isTrue();
        assertThat(HOME.home(false, north(60), 13.4, 41)).isFalse();
        assertThat(HOME.home(true, north(0), 13.4, 201)).isFalse();
    }

    /** Reference distances: quarters and halves of a great circle, and across the date line. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 90, 10007557",
        "0, 0, 90, 17, 10007557",
        "0, 0, 0, 180, 20015114",
        "90, 0, -90, 77, 20015114",
        "0, 179.9995, 0, -179.9995, 111.195",
        "60, 10, 60, 10.001, 55.597",
        "0, 0, 0, 0, 0",
    })
    void measuresAlongTheEarth(double at, double east, double to, double farther, double metres) {
        assertThat(new Geofence(at, east, 1, 1).distance(to, farther))
                .isCloseTo(metres, within(1e-5 * metres + 1e-3));
    }

    @Test
    void neverFlapsAtAThresholdWhileThePositionTrembles() {
        var random = new Random(7);
        boolean home = false;
        int changes = 0;
        for (int i = 0; i < 10_000; i++) {
            double metres = 100 + 40 * random.nextDouble();
            boolean next = HOME.home(home, north(metres), 13.4, 0);
            changes += next == home ? 0 : 1;
            home = next;
        }
        assertThat(changes).isLessThanOrEqualTo(1);
    }

    @Test
    void isNowhereButOnEarth() {
        assertThat(HOME.home(true, Double.NaN, 13.4, 0)).isFalse();
        assertThat(HOME.home(true, 52.5, 13.4 + 360, 0)).isFalse();
        assertThat(HOME.home(true, 52.5, 13.4, Double.NaN)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, 300})
    void wantsRadiiThatMakeSense(double enter) {
        assertThatThrownBy(() -> new Geofence(52.5, 13.4, enter, 200))
                .hasMessageContaining("radii of a home");
    }

    @Test
    void doesNotTellWhereItIs() {
        assertThat(HOME.toString()).doesNotContain("52").doesNotContain("13");
    }
}
