package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NumericClass;
import org.junit.jupiter.api.Test;

/** What a device has to show before only a share of its results is audited. */
class DeviceTest {
    private static final Digest MODEL = Digest.of(new byte[] {1});
    private static final Digest OTHER = Digest.of(new byte[] {2});
    private static final NumericClass CLASS = new NumericClass("ort", "CPU", "model", "a");
    private static final NumericClass AFTER_UPDATE = new NumericClass("ort", "CPU", "model", "b");

    @Test
    void warmsUpForEachModelAndNumericClassAnew() {
        Device almost = shown(Device.FRESH, MODEL, CLASS, Device.WARM_UP - 1);
        assertThat(almost.warmingUp(MODEL, CLASS)).isTrue();
        assertThat(almost.fine()).isFalse();
        Device warm = almost.afterAgreement(MODEL, CLASS);
        assertThat(warm.warmingUp(MODEL, CLASS)).isFalse();
        assertThat(warm.fine()).isTrue();
        assertThat(warm.warmingUp(OTHER, CLASS)).isTrue();
        assertThat(warm.warmingUp(MODEL, AFTER_UPDATE)).isTrue();
        assertThat(warm.afterAgreement(MODEL, CLASS).agreed()).isEqualTo(Device.WARM_UP + 1L);
    }

    @Test
    void isNotFineOnceItWasVotedDownUnlessItIsCleared() {
        Device warm = shown(Device.FRESH, MODEL, CLASS, Device.WARM_UP);
        Device doubted = warm.afterOutvote();
        assertThat(doubted.fine()).isFalse();
        assertThat(doubted.warmingUp(MODEL, CLASS)).isFalse();
        assertThat(doubted.afterClearing()).isEqualTo(warm);
        assertThat(warm.turnAway().fine()).isFalse();
    }

    @Test
    void remembersNoMoreClassesThanItMay() {
        Device device = Device.FRESH;
        for (int i = 0; i < 3 * Device.SHOWN_MAX; i++) {
            device = device.afterAgreement(MODEL, new NumericClass("ort", "CPU", "model", "c" + i));
        }
        assertThat(device.shown()).hasSize(Device.SHOWN_MAX);
        assertThat(device.shown().getLast().numericClass().processor())
                .isEqualTo("c" + (3 * Device.SHOWN_MAX - 1));
    }

    private static Device shown(Device from, Digest model, NumericClass in, int times) {
        Device device = from;
        for (int i = 0; i < times; i++) {
            device = device.afterAgreement(model, in);
        }
        return device;
    }
}
