package org.idlefleet.figures.calibration;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.calibration.Calibration;
import org.idlefleet.cli.calibration.Calibration.Impostor;
import org.idlefleet.cli.calibration.CoarserWeights;
import org.idlefleet.cli.calibration.Findings;
import org.idlefleet.cli.calibration.Findings.Control;
import org.idlefleet.cli.calibration.Findings.HonestPairs;
import org.idlefleet.cli.calibration.Report;
import org.idlefleet.coordinator.workload.Zone;
import org.idlefleet.edge.EngineException;
import org.idlefleet.protocol.ModelManifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Honest results agree and dishonest ones don't, with real models. */
public final class ComparatorsBench implements Bench {
    private static final int TEXTS = 560;
    private static final int TEXTS_QUICK = 80;

    @Override
    public String name() {
        return "comparators";
    }

    @Override
    public String description() {
        return "Calibrated tolerances of real models: honest pairs that agree, cheats that don't.";
    }

    @Override
    public void run(Figures figures, boolean quick) throws IOException, EngineException {
        List<KnownModel> models =
                Arrays.stream(KnownModel.values()).filter(KnownModel::here).toList();
        if (models.size() < KnownModel.values().length) {
            figures.note("fp32 models are left out; build with -Pfp32 to measure them");
        }
        Path directory = Files.createTempDirectory("idlefleet-comparators");
        try {
            var findings = new ArrayList<Findings>();
            for (KnownModel model : models) {
                Findings found =
                        calibrate(model, models, directory, texts(quick ? TEXTS_QUICK : TEXTS));
                Report.lines(found).forEach(figures::note);
                findings.add(found);
            }
            figures(figures, findings);
        } finally {
            delete(directory);
        }
    }

    /** Sentences of the book, cut to 2 to 16 words, so that batches have padding in them. */
    private static List<String> texts(int count) {
        List<String> sentences = Corpus.sentences();
        return IntStream.range(0, sentences.size())
                .mapToObj(i -> cut(sentences.get(i), 2 + i % 15))
                .distinct()
                .limit(count)
                .toList();
    }

    private static String cut(String sentence, int words) {
        String[] all = sentence.split(" ");
        return String.join(" ", Arrays.copyOf(all, Math.min(words, all.length)));
    }

    private static Findings calibrate(
            KnownModel model, List<KnownModel> here, Path root, List<String> texts)
            throws IOException, EngineException {
        Path own = root.resolve(model.name());
        ModelManifest manifest = manifest(model, root);
        var impostors = new ArrayList<Impostor>();
        impostors.add(impostor("other-model", model.other(), root));
        if (model != model.quantised() && here.contains(model.quantised())) {
            impostors.add(impostor("int8", model.quantised(), root));
        }
        byte[] onnx = Files.readAllBytes(own.resolve("model.onnx"));
        impostors.add(rewritten("int4", manifest, own, CoarserWeights.all(onnx)));
        impostors.add(rewritten("one-layer-int4", manifest, own, CoarserWeights.oneLayer(onnx)));
        return new Calibration(manifest, own, System.err::println).run(texts, impostors);
    }

    private static Impostor impostor(String name, KnownModel model, Path root)
            throws IOException, EngineException {
        return new Impostor(name, manifest(model, root), root.resolve(model.name()));
    }

    private static ModelManifest manifest(KnownModel model, Path root)
            throws IOException, EngineException {
        delete(root.resolve(model.name()));
        return model.unpack(root.resolve(model.name()));
    }

    private static Impostor rewritten(
            String name, ModelManifest manifest, Path original, byte[] onnx) throws IOException {
        Path directory = original.resolve(name);
        Files.createDirectories(directory);
        Files.write(directory.resolve("model.onnx"), onnx);
        Files.copy(original.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
        return new Impostor(name, manifest, directory);
    }

    private static void figures(Figures figures, List<Findings> findings) {
        int pairs = 0;
        int agree = 0;
        int inconclusive = 0;
        int reject = 0;
        int notComparable = 0;
        Map<String, Double> within = new TreeMap<>();
        Map<String, Double> unmeasured = new TreeMap<>();
        Map<String, Double> across = new TreeMap<>();
        for (Findings found : findings) {
            for (HonestPairs honest : found.shards()) {
                pairs += honest.heldOut().count();
                agree += honest.heldOut().in(Zone.AGREE, honest.tolerance());
                inconclusive += honest.heldOut().in(Zone.INCONCLUSIVE, honest.tolerance());
                reject += honest.heldOut().in(Zone.REJECT, honest.tolerance());
            }
            for (Control control : found.controls()) {
                within.merge(control.name(), control.caught(found.withinClass()), Math::min);
                unmeasured.merge(control.name(), control.caught(found.unmeasured()), Math::min);
                for (HonestPairs judged : found.comparable()) {
                    across.merge(control.name(), control.caught(judged.tolerance()), Math::min);
                }
            }
            notComparable += found.shards().size() - found.comparable().size();
        }
        figures.atLeast("honest-pairs", pairs, "pairs", 10_000);
        figures.atLeast("honest-agree", 100.0 * agree / pairs, "%", 99.99);
        figures.atMost("honest-inconclusive", 100.0 * inconclusive / pairs, "%", 0.1);
        figures.atMost("honest-rejected", reject, "pairs", 0);
        caught(figures, "caught-within-class-", within);
        caught(figures, "caught-unmeasured-class-", unmeasured);
        caught(figures, "caught-in-comparable-classes-", across);
        figures.plain("class-pairs-that-cannot-judge", notComparable, "pairs");
    }

    private static void caught(Figures figures, String prefix, Map<String, Double> shares) {
        shares.forEach((name, share) -> figures.atLeast(prefix + name, 100 * share, "%", 99.9));
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
