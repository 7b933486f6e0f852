package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;

class ManifestJsonTest {
    private static final ModelManifest MANIFEST =
            new ModelManifest(
                    new ModelId("tiny"),
                    new ModelManifest.Task.Embedding(ModelManifest.Pooling.CLS, 2),
                    List.of(
                            new ModelManifest.ModelFile(
                                    "tiny.onnx",
                                    ModelManifest.FileRole.ONNX,
                                    Digest.of(new byte[] {1}),
                                    1)),
                    "int8",
                    new ModelManifest.Limits(256, 8),
                    new ModelManifest.Comparator(1, 0.02),
                    3,
                    new ModelManifest.Probe("hello", List.of(0.6f, -0.8f)));

    @Test
    void readsWhatItWrote() {
        assertThat(ManifestJson.read(ManifestJson.write(MANIFEST))).isEqualTo(MANIFEST);
    }

    @Test
    void readsWhatItWroteWithTolerances() {
        ModelManifest calibrated = calibrated(0.001);
        assertThat(ManifestJson.read(ManifestJson.write(calibrated))).isEqualTo(calibrated);
    }

    @Test
    void readsAManifestOfBeforeThereWereTolerances() {
        String text = new String(ManifestJson.write(MANIFEST), UTF_8);
        assertThat(text).doesNotContain("tolerances");
        String old = text.replaceFirst("\"agree\" : 0.02", "\"agree\" : 0.03");
        assertThat(ManifestJson.read(old.getBytes(UTF_8)).comparator())
                .isEqualTo(new ModelManifest.Comparator(1, 0.03));
    }

    @Test
    void writesAnUncalibratedManifestAsEver() {
        assertThat(Digest.of(ManifestJson.write(MANIFEST)).hex())
                .isEqualTo("2f3829b4b4c42aad8f354625d5bcc2d121d4b0ffc20365bf5c3ac1bf11bb495d");
    }

    @Test
    void refusesABrokenToleranceWithAReason() {
        String text = new String(ManifestJson.write(calibrated(0.001)), UTF_8);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ManifestJson.read(text.replaceFirst("ort-1/CPU", "ort-1").getBytes(UTF_8)))
                .withMessageContaining("runtime/provider/precision/processor");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ManifestJson.read(text.replaceFirst("0.001", "7").getBytes(UTF_8)))
                .withMessageContaining("between 0 and 1");
    }

    private static ModelManifest calibrated(double agree) {
        return MANIFEST.withComparator(
                new ModelManifest.Comparator(
                        1,
                        0.02,
                        List.of(
                                new ModelManifest.Tolerance(
                                        NumericClass.parse("ort-1/CPU/model/x86-vnni"),
                                        NumericClass.parse("ort-1/CPU/model/x86-avx2"),
                                        agree))));
    }

    @Test
    void namesTheKeyItDoesNotKnow() {
        String text = new String(ManifestJson.write(MANIFEST), UTF_8);
        byte[] more = text.replaceFirst("\\{", "{\"prcision\":1,").getBytes(UTF_8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManifestJson.read(more))
                .withMessageContaining("prcision");
    }

    @Test
    void refusesEveryDamagedManifestWithAReason() {
        byte[] good = ManifestJson.write(MANIFEST);
        var random = new SplittableRandom(7);
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = good.clone();
            for (int k = random.nextInt(1, 4); k > 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                ManifestJson.read(bad);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void refusesMissingParts() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManifestJson.read("{\"manifestVersion\":1}".getBytes(UTF_8)));
    }
}
