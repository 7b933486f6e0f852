package org.idlefleet.figures.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** A sample of what {@code bench edge} does by the thousand; counts only, since time is no test. */
class PreemptionsTest {
    private static final int COUNT = 40;
    private static final int STOPS = 160;

    @Test
    void everyWorkerIsFrozenKilledAndGoneAndNothingIsFinishedAfterwards(@TempDir Path directory)
            throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs Linux");
        Preemptions.models(directory);
        try (var preemptions = new Preemptions(directory, "one", 7)) {
            for (int i = 1; i <= COUNT; i++) {
                assertThat(preemptions.next().unfinished()).isTrue();
                assertThat(preemptions.frozen()).isEqualTo(i);
                assertThat(preemptions.killed()).isEqualTo(i);
                assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                        .isEmpty();
            }
            assertThat(preemptions.reached()).containsOnlyKeys(Preemptions.Phase.values());
        }
    }

    @Test
    void aWorkerStandsStillWhileItsDaemonDoesAndGoesWithIt(@TempDir Path directory)
            throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs Linux");
        Preemptions.models(directory);
        try (var stops = new SupervisorStops(directory, "one", 7)) {
            for (int i = 0; i < STOPS; i++) {
                assertThat(stops.next()).isNotNegative();
            }
            assertThat(stops.killed()).isTrue();
        }
    }
}
