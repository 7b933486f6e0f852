package org.idlefleet.edge.adapter.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.UnaryOperator;

/** The known graph shows how a machine computes, and tells ways of computing apart. */
class NumericProbeTest {
    private static final OrtEnvironment RUNTIME = OrtEnvironment.getEnvironment();

    @Test
    void theSameMachineShowsTheSame() {
        String first = NumericProbe.fingerprint(RUNTIME, Provider.CPU, EngineOptions.CPU);
        assertThat(first).matches("[0-9a-f]{8}");
        assertThat(NumericProbe.fingerprint(RUNTIME, Provider.CPU, EngineOptions.CPU))
                .isEqualTo(first);
        assertThat(
                        NumericProbe.fingerprint(
                                RUNTIME, Provider.CPU, EngineOptions.CPU.withThreads(2)))
                .isEqualTo(first);
    }

    @Test
    void theProcessorComputesTheFloatsExactly() throws Exception {
        List<float[][]> outputs = NumericProbe.run(RUNTIME, Provider.CPU, EngineOptions.CPU);
        assertThat(outputs.get(1)).isDeepEqualTo(product(value -> value));
    }

    @Test
    void coarserFloatsShowSomethingElse() {
        float[][] exact = product(value -> value);
        for (int bits : new int[] {8, 11}) { // bfloat16; TF32 and 16-bit floats
            assertThat(rowsThatDiffer(exact, product(value -> rounded(value, bits))))
                    .as("%d bits", bits)
                    .isEqualTo(NumericProbe.ROWS);
        }
    }

    @Test
    void bytesAreMultipliedExactlyOrSaturateAndTheTwoDiffer() throws Exception {
        float[][] exact = byteProduct(false);
        float[][] saturating = byteProduct(true);
        assertThat(rowsThatDiffer(exact, saturating)).isEqualTo(NumericProbe.ROWS);
        float[][] here = NumericProbe.run(RUNTIME, Provider.CPU, EngineOptions.CPU).getFirst();
        if (ProcessorClass.here().equals("x86-vnni")) {
            assertThat(here).isDeepEqualTo(exact);
        }
    }

    private static int rowsThatDiffer(float[][] a, float[][] b) {
        int differ = 0;
        for (int row = 0; row < a.length; row++) {
            differ += java.util.Arrays.equals(a[row], b[row]) ? 0 : 1;
        }
        return differ;
    }

    private static float rounded(float value, int bits) {
        float unit = Math.scalb(1f, Math.getExponent(value) + 1 - bits);
        return (float) Math.rint(value / unit) * unit;
    }

    private static float[][] product(UnaryOperator<Float> number) {
        float[] x = NumericProbe.input();
        float[] w = NumericProbe.floatWeights();
        var product = new float[NumericProbe.ROWS][NumericProbe.WIDTH];
        for (int row = 0; row < NumericProbe.ROWS; row++) {
            for (int column = 0; column < NumericProbe.WIDTH; column++) {
                for (int k = 0; k < NumericProbe.DEPTH; k++) {
                    product[row][column] +=
                            number.apply(x[row * NumericProbe.DEPTH + k])
                                    * number.apply(w[k * NumericProbe.WIDTH + column]);
                }
            }
        }
        return product;
    }

    /** As the runtime does it: eight bits from zero to the largest; pairs summed in 16 bits. */
    private static float[][] byteProduct(boolean saturating) {
        float[] x = NumericProbe.input();
        byte[] w = NumericProbe.byteWeights();
        float most = 0;
        for (float value : x) {
            most = Math.max(most, value);
        }
        float scale = most / 255;
        var product = new float[NumericProbe.ROWS][NumericProbe.WIDTH];
        for (int row = 0; row < NumericProbe.ROWS; row++) {
            for (int column = 0; column < NumericProbe.WIDTH; column++) {
                int sum = 0;
                for (int k = 0; k < NumericProbe.DEPTH; k += 2) {
                    int pair = 0;
                    for (int i = k; i < k + 2; i++) {
                        float value = x[row * NumericProbe.DEPTH + i];
                        pair += (int) Math.rint(value / scale) * w[i * NumericProbe.WIDTH + column];
                    }
                    sum += saturating ? Math.clamp(pair, Short.MIN_VALUE, Short.MAX_VALUE) : pair;
                }
                product[row][column] = sum;
            }
        }
        return product;
    }
}
