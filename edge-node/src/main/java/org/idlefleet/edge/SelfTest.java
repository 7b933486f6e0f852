package org.idlefleet.edge;

import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What a model must do before a node offers it: give the known answer, and show its speed. */
public final class SelfTest {
    /** How long the speed is measured at least, in nanoseconds. */
    private static final long MEASURE_NANOS = 300_000_000;

    private SelfTest() {}

    /**
     * Runs the manifest's probe.
     *
     * @return what is wrong with the answer; empty if it is right
     */
    public static Optional<String> problem(Engine.LoadedModel model, Abort abort) {
        ModelManifest.Probe probe = model.manifest().probe();
        byte[] text = probe.text().getBytes(StandardCharsets.UTF_8);
        return switch (model.run(ItemKind.TEXT, List.of(text), abort)) {
            case ShardOutcome.Done done -> compare(model.manifest(), done.output());
            case ShardOutcome.Refused refused ->
                    Optional.of("the self-test failed: " + refused.detail());
            case ShardOutcome.Aborted _ -> Optional.of("the self-test was stopped");
        };
    }

    private static Optional<String> compare(ModelManifest manifest, byte[] output) {
        List<Float> expected = manifest.probe().embedding();
        EmbeddingOutput found = EmbeddingOutput.read(output, expected.size());
        double squares = 0;
        for (int k = 0; k < expected.size(); k++) {
            double difference = expected.get(k) - found.vector(0)[k];
            squares += difference * difference;
        }
        double distance = Math.sqrt(squares);
        double agree = manifest.comparator().agree();
        return distance <= agree
                ? Optional.empty()
                : Optional.of(
                        "the self-test gave an answer at distance "
                                + distance
                                + " from the known one, allowed is "
                                + agree
                                + "; this runtime computes the model wrongly here");
    }

    /**
     * Work units per second of one lane, from full batches of a text of common length.
     *
     * @param nanos a clock that counts nanoseconds
     * @return empty if it was stopped
     */
    public static Optional<Double> speed(
            Engine.LoadedModel model, Abort abort, LongSupplier nanos) {
        ModelManifest manifest = model.manifest();
        String sentence = manifest.probe().text();
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        List<byte[]> items = Collections.nCopies(manifest.limits().batchItems(), text);
        model.run(ItemKind.TEXT, items, abort);
        long start = nanos.getAsLong();
        long units = 0;
        long spent;
        do {
            if (!(model.run(ItemKind.TEXT, items, abort) instanceof ShardOutcome.Done)) {
                return Optional.empty();
            }
            units += (long) items.size() * manifest.workUnits(ItemKind.TEXT, text.length);
            spent = nanos.getAsLong() - start;
        } while (spent < MEASURE_NANOS);
        return Optional.of(units * 1e9 / spent);
    }
}
