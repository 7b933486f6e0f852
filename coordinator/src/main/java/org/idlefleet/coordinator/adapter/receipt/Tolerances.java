package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Tolerance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which numeric classes met in a receipt's votes, and how far apart they may be. One thread. */
final class Tolerances {
    /** Of a pair that nobody measured. */
    static final double NONE = 0;

    private final TreeSet<Pair> pairs =
            new TreeSet<>(
                    Comparator.comparing((Pair pair) -> pair.a().toString())
                            .thenComparing(pair -> pair.b().toString()));

    private record Pair(NumericClass a, NumericClass b) {}

    /** Each vote of a shard may have been held against each other one. */
    void met(ShardSettled settled) {
        var here = new TreeMap<String, NumericClass>();
        Stream.of(settled.agreeing(), settled.inconclusive(), settled.dissenting())
                .flatMap(List::stream)
                .map(Ballot::numericClass)
                .forEach(met -> here.put(met.toString(), met));
        here.forEach((name, a) ->
                here.tailMap(name, true).values().forEach(b -> pairs.add(new Pair(a, b))));
    }

    List<Tolerance> all(ModelManifest.Comparator comparator) {
        return pairs.stream()
                .map(pair ->
                        new Tolerance(
                                pair.a().toString(),
                                pair.b().toString(),
                                between(comparator, pair.a(), pair.b())))
                .toList();
    }

    /** The tolerance of two classes; {@link #NONE} if nobody measured it. */
    static double between(ModelManifest.Comparator comparator, NumericClass a, NumericClass b) {
        return comparator.judges(a, b) ? comparator.agree(a, b) : NONE;
    }
}
