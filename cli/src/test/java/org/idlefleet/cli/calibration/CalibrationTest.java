package org.idlefleet.cli.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.calibration.Calibration.Impostor;
import org.idlefleet.cli.calibration.Findings.Control;
import org.idlefleet.cli.calibration.Findings.HonestPairs;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.coordinator.workload.Zone;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class CalibrationTest {
    private static final NumericClass HERE = NumericClass.parse("ort-1/CPU/model/x86-vnni");
    private static final NumericClass THERE = NumericClass.parse("ort-1/CPU/model/arm-i8mm");

    @Test
    void letsHonestNodesPassAndCatchesFourBitWeights(@TempDir Path directory) throws Exception {
        Path own = Files.createDirectory(directory.resolve("own"));
        BuiltIn.ALL_MINILM.unpack(own);
        ModelManifest manifest = BuiltIn.ALL_MINILM.recipe().manifest(own);
        Path coarse = Files.createDirectory(directory.resolve("coarse"));
        byte[] onnx = Files.readAllBytes(own.resolve("model.onnx"));
        byte[] rounded = CoarserWeights.all(onnx);
        assertThat(rounded).hasSameSizeAs(onnx).isNotEqualTo(onnx);
        Files.write(coarse.resolve("model.onnx"), rounded);
        Files.copy(own.resolve("tokenizer.json"), coarse.resolve("tokenizer.json"));

        Findings found =
                new Calibration(manifest, own, _ -> {})
                        .run(Corpus.sentences(40), List.of(new Impostor("int4", manifest, coarse)));

        HonestPairs within = found.shards().getFirst();
        assertThat(within.heldOut().count()).isEqualTo(20 * Calibration.BATCHES.size());
        assertThat(within.heldOut().share(Zone.AGREE, within.tolerance())).isEqualTo(1);
        assertThat(within.a()).isEqualTo(within.b());
        assertThat(found.shards().getLast().calibrated().max()).isPositive();
        assertThat(found.controls())
                .extracting(Control::name)
                .containsExactly("int4", "permuted", "stale", "zero", "constant");
        assertThat(found.controls())
                .allSatisfy(control -> assertThat(control.caught(found.unmeasured())).isEqualTo(1));
        assertThat(found.shortcomings()).isEmpty();
        ModelManifest calibrated = manifest.withComparator(found.comparator());
        assertThat(calibrated.comparator().agree(within.a(), within.b()))
                .isEqualTo(within.tolerance());
        assertThat(ManifestJson.read(ManifestJson.write(calibrated))).isEqualTo(calibrated);
        assertThat(Report.lines(found)).anyMatch(line -> line.contains("| int4 | 20 |"));
    }

    @Test
    void keepsTheToleranceOfUnmeasuredClassesBelowEveryCheat() {
        Findings wide = findings(0.3, new double[] {0.1, 0.2, 0.4});
        assertThat(wide.acrossClasses()).isEqualTo(0.3);
        assertThat(wide.unmeasured()).isCloseTo(0.045, within(1e-12));
        assertThat(wide.shortcomings()).isEmpty();
        assertThat(findings(0.01, new double[] {0.1}).unmeasured()).isEqualTo(0.01);
    }

    @Test
    void classesBetweenWhichACheatWouldPassDoNotJudgeEachOther() {
        Findings noisy = findings(0.3, new double[] {0.1, 0.2, 0.4});
        assertThat(noisy.comparable()).containsExactly(noisy.shards().getFirst());
        assertThat(noisy.comparator().judges(HERE, HERE)).isTrue();
        assertThat(noisy.comparator().judges(HERE, THERE)).isFalse();
        assertThat(Report.lines(noisy)).anyMatch(line -> line.contains("can't judge each other"));
        Findings quiet = findings(0.01, new double[] {0.1, 0.2, 0.4});
        assertThat(quiet.comparator().judges(HERE, THERE)).isTrue();
    }

    @Test
    void saysWhatAModelCannotBeCheckedFor() {
        assertThat(findings(0.3, new double[] {1e-4, 0.2}).shortcomings())
                .singleElement()
                .asString()
                .contains("50.00 %", "cheat");
    }

    @Test
    void refusesAFileWithoutWeights() {
        assertThatThrownBy(() -> CoarserWeights.all(new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no weights");
    }

    @Test
    void countsQuantilesByRank() {
        var spread = new Spread(3, 0, 2, 1);
        assertThat(spread.quantile(0)).isZero();
        assertThat(spread.quantile(0.5)).isEqualTo(1);
        assertThat(spread.quantile(0.51)).isEqualTo(2);
        assertThat(spread.max()).isEqualTo(3);
        assertThat(spread.zero()).isEqualTo(1);
        assertThat(spread.in(Zone.INCONCLUSIVE, 1)).isEqualTo(1);
        assertThat(spread.share(Zone.AGREE, 1)).isEqualTo(0.5);
        assertThat(new Spread().max()).isZero();
    }

    private static Findings findings(double across, double[] cheats) {
        var none = new Spread(0, 0);
        return new Findings(
                BuiltIn.ALL_MINILM.recipe().model(),
                "int8",
                List.of(
                        new HonestPairs(HERE, HERE, none, 1e-3, none),
                        new HonestPairs(HERE, THERE, none, across, none)),
                new HonestPairs(HERE, HERE, none, across, none),
                List.of(new Control("cheat", new Spread(cheats), 0)));
    }
}
