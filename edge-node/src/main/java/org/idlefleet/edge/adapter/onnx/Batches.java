package org.idlefleet.edge.adapter.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which items of a shard run together: sorted by token count, then by place in the shard, and cut
 * into batches of a fixed size. It follows from the items alone, so that two nodes form the same
 * batches; a quantised graph's result depends on them.
 */
final class Batches {
    private Batches() {}

    /** Places of the items in each batch; the last batch may be smaller. */
    static List<int[]> of(List<int[]> tokens, int size) {
        int[] order =
                IntStream.range(0, tokens.size())
                        .boxed()
                        .sorted(
                                Comparator.<Integer>comparingInt(i -> tokens.get(i).length)
                                        .thenComparing(Comparator.naturalOrder()))
                        .mapToInt(Integer::intValue)
                        .toArray();
        var batches = new ArrayList<int[]>();
        for (int from = 0; from < order.length; from += size) {
            batches.add(Arrays.copyOfRange(order, from, Math.min(from + size, order.length)));
        }
        return batches;
    }
}
