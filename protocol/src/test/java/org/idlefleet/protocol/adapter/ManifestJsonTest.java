package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
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
