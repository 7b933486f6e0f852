package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Values that tests of the node share. */
final class Samples {
    static final ModelManifest MANIFEST =
            new ModelManifest(
                    new ModelId("small"),
                    new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, 4),
                    List.of(
                            new ModelManifest.ModelFile(
                                    "model.onnx",
                                    ModelManifest.FileRole.ONNX,
                                    Digest.of(new byte[] {1}),
                                    1)),
                    "int8",
                    new ModelManifest.Limits(128, 8),
                    new ModelManifest.Comparator(1, 0.01),
                    1,
                    new ModelManifest.Probe("probe", List.of(1f, 0f, 0f, 0f)));

    static final Digest MODEL = Digest.of(new byte[] {7});

    private Samples() {}

    static ModelNotice notice(Digest manifest) {
        return new ModelNotice(new ModelId("m" + manifest.hex().substring(0, 6)), manifest, 1);
    }

    static EdgeSettings settings(int lanes, int slots, long fetchBytesPerSecond) {
        return new EdgeSettings(
                "edge/test",
                new NumericClass("ort", "CPU", "model", "x86"),
                1 << 20,
                lanes,
                slots,
                fetchBytesPerSecond,
                Duration.ofSeconds(10));
    }

    static EdgeNode node(int lanes, int slots, long seed) {
        return node(lanes, slots, 0, seed);
    }

    static EdgeNode node(int lanes, int slots, long fetchBytesPerSecond, long seed) {
        var random = new Random(seed);
        return new EdgeNode(
                settings(lanes, slots, fetchBytesPerSecond),
                () -> {
                    var nonce = new byte[16];
                    random.nextBytes(nonce);
                    return nonce;
                },
                attempt -> Duration.ofMillis(100L << Math.min(attempt, 6)));
    }

    static Lease lease(int number, int epoch) {
        return new Lease(new JobId(1), number, 0, epoch);
    }

    static Assign shard(Lease lease, Digest manifest, int items) {
        var bytes = new ArrayList<byte[]>();
        for (int i = 0; i < items; i++) {
            bytes.add(new byte[40]);
        }
        return new Assign(lease, manifest, ItemKind.TEXT, bytes, Duration.ofSeconds(30));
    }
}
