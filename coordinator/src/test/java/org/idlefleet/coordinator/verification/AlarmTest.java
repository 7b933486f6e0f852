package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** When many are convicted at once. */
class AlarmTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private final Alarm alarm = new Alarm();

    @Test
    void goesOnWithTheThirdConvictionWithinTenMinutes() {
        alarm.convicted(START);
        alarm.convicted(minute(5));
        assertThat(alarm.on(minute(5))).isFalse();
        alarm.convicted(minute(10));
        assertThat(alarm.on(minute(10))).isTrue();
    }

    @Test
    void staysOffWhenTheyAreFurtherApart() {
        for (int i = 0; i < 100; i++) {
            alarm.convicted(minute(6 * i));
            assertThat(alarm.on(minute(6 * i))).as("conviction " + i).isFalse();
        }
    }

    @Test
    void goesOffAfterAQuietHour() {
        strike();
        assertThat(alarm.on(minute(59))).isTrue();
        assertThat(alarm.on(minute(60))).isFalse();
    }

    @Test
    void staysOnWhileOneMoreIsConvictedWithinTheHour() {
        strike();
        alarm.convicted(minute(50));
        assertThat(alarm.on(minute(109))).isTrue();
        assertThat(alarm.on(minute(110))).isFalse();
        alarm.convicted(minute(200));
        assertThat(alarm.on(minute(200))).isFalse();
    }

    @Test
    void goesOnWhereARestartLeftIt() {
        strike();
        alarm.convicted(minute(50));
        var restored = new Alarm();
        restored.restore(List.of(minute(50)), alarm.until());
        assertThat(restored.on(minute(109))).isTrue();
        assertThat(restored.on(minute(110))).isFalse();
        var calm = new Alarm();
        calm.restore(List.of(minute(1), minute(2)), Instant.MIN);
        assertThat(calm.on(minute(2))).isFalse();
        calm.convicted(minute(3));
        assertThat(calm.on(minute(3))).isTrue();
    }

    private void strike() {
        for (int i = 0; i < Alarm.CONVICTIONS; i++) {
            alarm.convicted(START);
        }
    }

    private static Instant minute(int minute) {
        return START.plus(Duration.ofMinutes(minute));
    }
}
