package org.idlefleet.edge.adapter.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class BatchesTest {
    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void holdEachItemOnceShortOnesFirst(long seed) {
        var random = new Random(seed);
        var tokens = new ArrayList<int[]>();
        for (int i = random.nextInt(100); i >= 0; i--) {
            tokens.add(new int[1 + random.nextInt(9)]);
        }
        int size = 1 + random.nextInt(10);
        List<int[]> batches = Batches.of(tokens, size);
        int[] order = batches.stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(Arrays.stream(order).sorted().toArray())
                .isEqualTo(IntStream.range(0, tokens.size()).toArray());
        assertThat(batches.subList(0, batches.size() - 1)).allMatch(batch -> batch.length == size);
        for (int i = 1; i < order.length; i++) {
            int before = tokens.get(order[i - 1]).length;
            int length = tokens.get(order[i]).length;
            assertThat(before < length || before == length && order[i - 1] < order[i]).isTrue();
        }
    }
}
