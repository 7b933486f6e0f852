package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.idlefleet.cli.fleet.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The demo as somebody sees it who loses patience. */
class DemoProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * Of SIGTERM; an interrupt is the same to a JVM, but whoever runs in the background ignores it.
     */
    private static final int TOLD_TO_END = 128 + 15;

    @TempDir private Path directory = Path.of("");

    @Test
    void beingToldToEndLeavesNothingBehind() throws Exception {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Child demo =
                Child.start(
                        "demo",
                        List.of("demo"),
                        Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary),
                        directory.resolve("demo.log"),
                        false);
        ProcessHandle process = ProcessHandle.of(demo.pid()).orElseThrow();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !demo.isAlive() || demo.printed().contains("Embedding"));
        assertThat(demo.isAlive()).as(demo.tail()).isTrue();
        List<ProcessHandle> others = process.descendants().toList();
        assertThat(others).hasSizeGreaterThan(5);
        assertThat(files(temporary)).isNotEmpty();

        demo.terminate();

        assertThat(demo.await(PATIENCE)).isTrue();
        assertThat(demo.exitCode()).isEqualTo(TOLD_TO_END);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> others.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(files(temporary)).isEmpty();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(file -> file.getFileName().toString().startsWith("idlefleet-"))
                    .toList();
        }
    }
}
