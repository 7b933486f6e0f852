package org.idlefleet.edge.adapter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** On the system's own control groups where they may be written, else on folders like them. */
final class ControlGroupTest {
    private static final ControlGroup.Caps CAPS = new ControlGroup.Caps(1, 1L << 30);
    private static final int AT_ONCE = 8;
    private static final int ROUNDS = 10;

    @TempDir private Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void everyOneOfManyWorkersThatStartAtTheSameMomentGetsItsGroup() throws Exception {
        Path parent = ControlGroup.parent(Path.of("/proc")).orElse(folder);
        for (int round = 0; round < ROUNDS; round++) {
            var together = new CyclicBarrier(AT_ONCE);
            var groups = new ArrayList<ControlGroup>();
            try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
                List<Process> started =
                        IntStream.range(0, AT_ONCE).mapToObj(_ -> process()).toList();
                var making = new ArrayList<Future<ControlGroup>>();
                for (Process process : started) {
                    making.add(
                            threads.submit(() -> {
                                together.await();
                                return ControlGroup.around(process, parent, CAPS);
                            }));
                }
                for (Future<ControlGroup> one : making) {
                    groups.add(one.get());
                }
            }
            assertThat(groups).doesNotContain(ControlGroup.NONE);
            end();
            processes.clear();
            groups.forEach(ControlGroup::close);
        }
    }

    @Test
    void aGroupThatWasLeftBehindIsRemovedAndAnEmptyOneOfALivingWorkerStays() throws Exception {
        Process gone = process();
        gone.destroyForcibly().waitFor();
        Path left = Files.createDirectory(folder.resolve("idlefleet-worker-" + gone.pid()));
        Path empty = Files.createDirectory(folder.resolve("idlefleet-worker-" + process().pid()));
        Path own = Files.createDirectory(folder.resolve("idlefleet-worker-own"));

        ControlGroup.around(process(), folder, CAPS);

        assertThat(left).doesNotExist();
        assertThat(empty).exists();
        assertThat(own).exists();
    }

    @Test
    void aNumberThatIsGivenAnewMeetsTheGroupThatWasLeftUnderIt() throws IOException {
        Process process = process();
        Files.createDirectory(folder.resolve("idlefleet-worker-" + process.pid()));
        assertThat(ControlGroup.around(process, folder, CAPS)).isNotEqualTo(ControlGroup.NONE);
    }

    private Process process() {
        try {
            Process process = new ProcessBuilder("sleep", "60").start();
            synchronized (processes) {
                processes.add(process);
            }
            return process;
        } catch (IOException e) {
            throw new IllegalStateException(Optional.ofNullable(e.getMessage()).orElse(""), e);
        }
    }
}
