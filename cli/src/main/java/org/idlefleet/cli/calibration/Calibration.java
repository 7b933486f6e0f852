package org.idlefleet.cli.calibration;

import org.idlefleet.cli.calibration.Findings.Control;
import org.idlefleet.cli.calibration.Findings.HonestPairs;
import org.idlefleet.coordinator.workload.EmbeddingComparator;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Limits;
import org.idlefleet.protocol.NumericClass;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Measures how far apart honest results of a model are on this machine, and what a tolerance made
 * of that catches. An honest pair is the same shard, run with one and with two threads (the same
 * numeric class) or with the graph optimised and as written (two classes), in batches of 1 to 64.
 * One half of the texts makes the tolerance, the other half tries it.
 */
public final class Calibration {
    /** Batch sizes that shards are cut into, one after the other. */
    public static final List<Integer> BATCHES = List.of(1, 8, 32, 64);

    /** The tolerance is the largest honest distance times this. */
    public static final double MARGIN = 1.5;

    /**
     * The smallest tolerance, 1-cos of 1e-9. Equal bytes on this machine are no proof for the next
     * of its class, which may cut its matrices into other blocks.
     */
    public static final double FLOOR = Math.sqrt(2e-9);

    /** No tolerance reaches beyond this, whatever was measured. */
    private static final double CEILING = 0.99;

    private final ModelManifest manifest;
    private final Path directory;
    private final Consumer<String> progress;

    public Calibration(ModelManifest manifest, Path directory, Consumer<String> progress) {
        this.manifest = manifest;
        this.directory = directory;
        this.progress = progress;
    }

    /** Other weights that a dishonest node could compute with; its vectors have the same length. */
    public record Impostor(String name, ModelManifest manifest, Path directory) {}

    /**
     * Measures.
     *
     * @param texts all different; an even number of them
     */
    public Findings run(List<String> texts, List<Impostor> impostors) throws EngineException {
        List<List<float[]>> one = vectors(EngineOptions.CPU, texts);
        List<List<float[]>> two = vectors(EngineOptions.CPU.withThreads(2), texts);
        List<List<float[]>> plain = vectors(EngineOptions.CPU.plain(), texts);
        NumericClass optimised = numericClass(EngineOptions.CPU);
        NumericClass asWritten = numericClass(EngineOptions.CPU.plain());
        var shards =
                List.of(
                        pairs(optimised, optimised, distances(one, two)),
                        pairs(
                                optimised,
                                asWritten,
                                both(distances(one, plain), distances(two, plain))));
        HonestPairs mixed = pairs(optimised, optimised, mixed(one));
        List<float[]> honest = one.get(BATCHES.indexOf(32)).subList(texts.size() / 2, texts.size());
        return new Findings(
                manifest.model(),
                manifest.precision(),
                shards,
                mixed,
                controls(honest, texts.subList(texts.size() / 2, texts.size()), impostors));
    }

    /** For each batch size the vectors of all texts. */
    private List<List<float[]>> vectors(EngineOptions options, List<String> texts)
            throws EngineException {
        var all = new ArrayList<List<float[]>>();
        for (int batch : BATCHES) {
            // Each half is cut into shards of its own, so that nothing of one is in the other.
            var vectors = new ArrayList<float[]>();
            vectors.addAll(
                    vectors(
                            manifest,
                            directory,
                            options,
                            batch,
                            texts.subList(0, texts.size() / 2)));
            vectors.addAll(
                    vectors(
                            manifest,
                            directory,
                            options,
                            batch,
                            texts.subList(texts.size() / 2, texts.size())));
            all.add(vectors);
            progress.accept(
                    manifest.model()
                            + " "
                            + manifest.precision()
                            + ": "
                            + options.threads()
                            + (options.optimise() ? " thread(s)" : " thread(s), plain")
                            + ", batches of "
                            + batch);
        }
        return all;
    }

    private static List<float[]> vectors(
            ModelManifest model,
            Path directory,
            EngineOptions options,
            int batch,
            List<String> texts)
            throws EngineException {
        try (var embedder = LocalEmbedder.open(batched(model, batch), directory, options)) {
            EmbeddingOutput output = embedder.embed(texts);
            return IntStream.range(0, texts.size()).mapToObj(output::vector).toList();
        }
    }

    private static ModelManifest batched(ModelManifest model, int batch) {
        return new ModelManifest(
                model.model(),
                model.task(),
                model.files(),
                model.precision(),
                new Limits(model.limits().tokensMax(), batch),
                model.comparator(),
                model.priceMicrosPerWorkUnit(),
                model.probe());
    }

    private NumericClass numericClass(EngineOptions options) throws EngineException {
        try (var embedder = LocalEmbedder.open(manifest, directory, options)) {
            return embedder.numericClass().declared();
        }
    }

    /** A list for each half of the texts. */
    private static List<double[]> distances(List<List<float[]>> a, List<List<float[]>> b) {
        int half = a.getFirst().size() / 2;
        return List.of(distances(a, b, 0, half), distances(a, b, half, 2 * half));
    }

    private static double[] distances(
            List<List<float[]>> a, List<List<float[]>> b, int from, int to) {
        return IntStream.range(0, a.size())
                .boxed()
                .flatMapToDouble(
                        k -> chords(a.get(k).subList(from, to), b.get(k).subList(from, to)))
                .toArray();
    }

    /**
     * The same texts of each batch size against those of the next, and of the last and the first.
     */
    private static List<double[]> mixed(List<List<float[]>> vectors) {
        var next = new ArrayList<>(vectors.subList(1, vectors.size()));
        next.add(vectors.getFirst());
        return distances(vectors, next);
    }

    private static List<double[]> both(List<double[]> a, List<double[]> b) {
        return IntStream.range(0, 2)
                .mapToObj(half ->
                        DoubleStream.concat(
                                        DoubleStream.of(a.get(half)), DoubleStream.of(b.get(half)))
                                .toArray())
                .toList();
    }

    private static DoubleStream chords(List<float[]> a, List<float[]> b) {
        return IntStream.range(0, a.size())
                .mapToDouble(i -> EmbeddingComparator.chord(a.get(i), b.get(i)));
    }

    private static HonestPairs pairs(NumericClass a, NumericClass b, List<double[]> halves) {
        var calibrated = new Spread(halves.getFirst());
        double tolerance = Math.clamp(calibrated.max() * MARGIN, FLOOR, CEILING);
        return new HonestPairs(a, b, calibrated, tolerance, new Spread(halves.getLast()));
    }

    private List<Control> controls(
            List<float[]> honest, List<String> texts, List<Impostor> impostors)
            throws EngineException {
        int width = honest.getFirst().length;
        var controls = new ArrayList<Control>();
        for (Impostor impostor : impostors) {
            List<float[]> sent =
                    vectors(
                            impostor.manifest(),
                            impostor.directory(),
                            EngineOptions.CPU,
                            32,
                            texts);
            controls.add(control(impostor.name(), honest, sent));
            progress.accept(manifest.model() + " " + manifest.precision() + ": " + impostor.name());
        }
        controls.add(control("permuted", honest, turned(honest, 1)));
        controls.add(control("stale", honest, turned(honest, 32)));
        controls.add(control("zero", honest, repeated(new float[width], honest.size())));
        controls.add(control("constant", honest, repeated(mean(honest), honest.size())));
        return controls;
    }

    /**
     * Each is judged by itself: in a shard, one item that is caught would hide those that are not.
     */
    private static Control control(String name, List<float[]> honest, List<float[]> sent) {
        var distances = DoubleStream.builder();
        int malformed = 0;
        for (int i = 0; i < honest.size(); i++) {
            EmbeddingOutput output = EmbeddingOutput.create(1, sent.get(i).length);
            output.set(0, 1, sent.get(i));
            if (EmbeddingComparator.broken(output).isPresent()) {
                malformed++;
            } else {
                distances.add(EmbeddingComparator.chord(honest.get(i), sent.get(i)));
            }
        }
        return new Control(name, new Spread(distances.build().toArray()), malformed);
    }

    private static List<float[]> turned(List<float[]> vectors, int by) {
        return IntStream.range(0, vectors.size())
                .mapToObj(i -> vectors.get((i + by) % vectors.size()))
                .toList();
    }

    private static List<float[]> repeated(float[] vector, int count) {
        return java.util.Collections.nCopies(count, vector);
    }

    /** The mean of all vectors, the constant that is nearest to them. */
    private static float[] mean(List<float[]> vectors) {
        var sum = new double[vectors.getFirst().length];
        for (float[] vector : vectors) {
            for (int k = 0; k < sum.length; k++) {
                sum[k] += vector[k];
            }
        }
        double length = Math.sqrt(DoubleStream.of(sum).map(x -> x * x).sum());
        var mean = new float[sum.length];
        for (int k = 0; k < sum.length; k++) {
            mean[k] = (float) (sum[k] / length);
        }
        return mean;
    }
}
