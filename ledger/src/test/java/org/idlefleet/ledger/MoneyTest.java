package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class MoneyTest {
    @Test
    void writesSixDecimalPlaces() {
        assertThat(new Money(12_345_678)).hasToString("12.345678");
        assertThat(new Money(-1)).hasToString("-0.000001");
        assertThat(Money.ZERO).hasToString("0.000000");
        assertThat(Money.ofUnits(3)).hasToString("3.000000");
    }

    @Test
    void readsWhatItWrites() {
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            var money = new Money(random.nextLong() >> random.nextInt(64));
            assertThat(Money.parse(money.toString())).isEqualTo(money);
        }
        assertThat(Money.parse("12")).isEqualTo(Money.ofUnits(12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1.2345678", "1,5", "99999999999999", "NaN"})
    void refusesWhatIsNoAmount(String text) {
        assertThatThrownBy(() -> Money.parse(text)).hasMessageContaining("'" + text + "'");
    }

    @Test
    void neverWrapsAround() {
        var most = new Money(Long.MAX_VALUE);
        var least = new Money(Long.MIN_VALUE);

        assertThatThrownBy(() -> most.plus(new Money(1))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> least.minus(new Money(1))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(least::negate).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> most.times(2)).isInstanceOf(ArithmeticException.class);
    }
}
