package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Random;

class FloatTextTest {
    @Test
    void writesNumbersThatReadBackAsTheSameFloat() {
        var random = new Random(42);
        for (int i = 0; i < 300_000; i++) {
            check((float) (random.nextGaussian() / 20));
        }
        for (int i = 0; i < 300_000; i++) {
            float any = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(any)) {
                check(any);
            }
        }
    }

    @Test
    void writesEdgesThatReadBackAsTheSameFloat() {
        for (float edge : new float[] {1e-5f, 1e-4f, 1e-3f, 1e-2f, 0.1f, 0.5f, 1f, 10f}) {
            float at = edge;
            for (int i = 0; i < 20; i++) {
                at = Math.nextDown(at);
            }
            for (int i = 0; i < 40; i++, at = Math.nextUp(at)) {
                check(at);
                check(-at);
            }
        }
        check(Float.MIN_VALUE);
        check(-Float.MAX_VALUE);
    }

    @Test
    void writesBothZerosAsZero() {
        assertThat(text(0f)).isEqualTo("0.0");
        assertThat(text(-0f)).isEqualTo("0.0");
        assertThat(text(-0.25f)).isEqualTo("-0.25");
    }

    private static void check(float value) {
        String text = text(value);
        if (Float.parseFloat(text) != value || text.length() > FloatText.BYTES_MAX) {
            throw new AssertionError(value + " was written as " + text);
        }
    }

    private static String text(float value) {
        var out = new byte[FloatText.BYTES_MAX];
        return new String(out, 0, FloatText.write(value, out, 0), StandardCharsets.US_ASCII);
    }
}
