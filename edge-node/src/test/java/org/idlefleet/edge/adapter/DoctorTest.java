package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.onnx.MiniLm;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real worker and a real model on a device that lacks nearly everything else. */
class DoctorTest {
    @TempDir Path root;

    private EdgeConfig config(String... more) {
        var sets =
                new ArrayList<>(
                        List.of(
                                "node.data=" + root.resolve("edge"),
                                "node.coordinator=127.0.0.1:1",
                                "signals.sys=" + root.resolve("sys"),
                                "signals.proc=" + root.resolve("proc"),
                                "engine.provider=cpu"));
        sets.addAll(List.of(more));
        return EdgeConfig.load(Optional.empty(), Map.of(), sets);
    }

    private static Check check(Doctor.Report report, String what) {
        return report.checks().stream()
                .filter(check -> check.what().equals(what))
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + " in " + report.checks()));
    }

    @Test
    void saysWhatIsMissingAndWhatToDo() {
        Doctor.Report report =
                Doctor.look(config("signals.kuksa.address=127.0.0.1:1"), WorkerLaunch.likeThis());
        assertThat(report.healthy()).isFalse();
        assertThat(check(report, "source").level()).isEqualTo(Check.Level.WARN);
        assertThat(check(report, "source").found()).endsWith("; it has told nothing yet");
        assertThat(check(report, "data").level()).isEqualTo(Check.Level.BAD);
        assertThat(check(report, "certificate").advice()).contains("edge enrol --token");
        assertThat(check(report, "coordinator").found()).startsWith("127.0.0.1:1 does not: ");
        assertThat(root.resolve("edge")).doesNotExist();
    }

    @Test
    void measuresAModelAndItsPower() throws Exception {
        Path unpacked = Files.createDirectories(root.resolve("unpacked"));
        byte[] manifest = ManifestJson.write(MiniLm.withProbe(MiniLm.unpack(unpacked), unpacked));
        Path model =
                Files.createDirectories(DataDirectory.models(root.resolve("edge")))
                        .resolve(Digest.of(manifest).hex());
        Files.move(unpacked, model);
        Files.write(model.resolve("manifest.json"), manifest);
        Doctor.Report report = Doctor.look(config(), WorkerLaunch.likeThis());
        assertThat(report.benches())
                .filteredOn(bench -> bench.provider().equals("cpu"))
                .singleElement()
                .satisfies(bench -> {
                    assertThat(bench.problem()).isEmpty();
                    assertThat(bench.unitsPerSecond()).isPositive();
                    assertThat(bench.measured()).isFalse();
                    assertThat(bench.source()).startsWith("not measurable here; an estimate");
                });
        assertThat(check(report, "computes with").level()).isEqualTo(Check.Level.OK);
        assertThat(check(report, "best provider").found()).startsWith("cpu, by items per joule");
    }
}
