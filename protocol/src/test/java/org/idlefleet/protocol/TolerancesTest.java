package org.idlefleet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.idlefleet.protocol.ModelManifest.Comparator;
import org.idlefleet.protocol.ModelManifest.Tolerance;
import org.junit.jupiter.api.Test;

import java.util.List;

class TolerancesTest {
    private static final NumericClass VNNI = NumericClass.parse("ort-1/CPU/model/x86-vnni");
    private static final NumericClass AVX2 = NumericClass.parse("ort-1/CPU/model/x86-avx2");
    private static final NumericClass ARM = NumericClass.parse("ort-1/CPU/model/arm-i8mm");
    private static final Comparator COMPARATOR =
            new Comparator(
                    1,
                    0.02,
                    List.of(new Tolerance(VNNI, VNNI, 1e-4), new Tolerance(VNNI, AVX2, 0.3)));

    @Test
    void looksUpAPairInEitherOrder() {
        assertThat(COMPARATOR.agree(VNNI, AVX2)).isEqualTo(0.3);
        assertThat(COMPARATOR.agree(AVX2, VNNI)).isEqualTo(0.3);
        assertThat(COMPARATOR.agree(VNNI, VNNI)).isEqualTo(1e-4);
    }

    @Test
    void fallsBackToTheDefaultForPairsThatNobodyMeasured() {
        assertThat(COMPARATOR.agree(AVX2, AVX2)).isEqualTo(0.02);
        assertThat(COMPARATOR.agree(ARM, VNNI)).isEqualTo(0.02);
    }

    @Test
    void judgesOneClassAndMeasuredPairsOnly() {
        assertThat(COMPARATOR.judges(VNNI, AVX2)).isTrue();
        assertThat(COMPARATOR.judges(AVX2, VNNI)).isTrue();
        assertThat(COMPARATOR.judges(ARM, ARM)).isTrue();
        assertThat(COMPARATOR.judges(ARM, VNNI)).isFalse();
        assertThat(COMPARATOR.judges(NumericClass.parse(VNNI + "/f00d"), VNNI)).isFalse();
        assertThat(COMPARATOR.judges(NumericClass.UNKNOWN, VNNI)).isTrue();
        assertThat(new Comparator(1, 0.02).judges(ARM, ARM)).isTrue();
        assertThat(new Comparator(1, 0.02).judges(ARM, VNNI)).isFalse();
    }

    @Test
    void refusesAPairTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Comparator(
                                1,
                                0.02,
                                List.of(
                                        new Tolerance(VNNI, AVX2, 0.1),
                                        new Tolerance(AVX2, VNNI, 0.2))))
                .withMessageContaining("two tolerances");
    }

    @Test
    void refusesDistancesThatCannotBe() {
        for (double agree : new double[] {0, -0.1, 1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Tolerance(VNNI, AVX2, agree));
            assertThatIllegalArgumentException().isThrownBy(() -> new Comparator(1, agree));
        }
    }

    @Test
    void readsANumericClassBack() {
        assertThat(NumericClass.parse(VNNI.toString())).isEqualTo(VNNI);
        NumericClass odd = NumericClass.parse(VNNI + "/f00d");
        assertThat(odd).isNotEqualTo(VNNI).hasToString(VNNI + "/f00d");
        assertThat(odd.declared()).isEqualTo(VNNI);
        for (String bad : List.of("", "a/b/c", "a/b/c/d/e/f", "a/b/c/d/", "a//c/d", "a/b/ /d")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NumericClass.parse(bad))
                    .withMessageContaining("'" + bad + "'");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tolerance(VNNI, new NumericClass("a/b", "c", "d", "e"), 0.1));
    }
}
