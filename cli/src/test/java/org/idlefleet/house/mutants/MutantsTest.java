package org.idlefleet.house.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The seeded bugs still fit the sources and compile; {@code benchmarks/mutants} tries them out. */
class MutantsTest {
    @Test
    void eachChangesOneSnippetThatIsStillThere() throws IOException {
        for (Mutants.Room room : Mutants.ROOMS) {
            List<Mutant> mutants = Mutant.of(room.patches());
            assertThat(mutants).hasSizeGreaterThanOrEqualTo(room.least());
            for (Mutant mutant : mutants) {
                String source = Files.readString(room.sources().resolve(mutant.file()));
                assertThat(mutant.applyTo(source)).isNotEqualTo(source);
                assertThat(mutant.sentence()).endsWith(".");
            }
        }
    }

    /**
     * Many at a time, which is quicker, but of each source file only one; a message's path names
     * it.
     */
    @Test
    void eachCompiles(@TempDir Path classes) throws IOException {
        var rounds = new TreeMap<Integer, List<Mutants.Source>>();
        var seen = new TreeMap<String, Integer>();
        for (Mutants.Room room : Mutants.ROOMS) {
            for (Mutant mutant : Mutant.of(room.patches())) {
                String source = Files.readString(room.sources().resolve(mutant.file()));
                int round = seen.merge(room.prefix() + mutant.file(), 1, Integer::sum);
                rounds.computeIfAbsent(round, _ -> new ArrayList<>())
                        .add(
                                new Mutants.Source(
                                        room.name() + "/" + mutant.name() + "/",
                                        mutant.file(),
                                        mutant.applyTo(source)));
            }
        }
        for (List<Mutants.Source> round : rounds.values()) {
            assertThat(Mutants.refusal(round, classes)).isEmpty();
        }
    }

    @Test
    void memoryThatRunsOutFindsABug() throws Exception {
        var greedy =
                new Mutants(
                        new Mutants.Room(
                                "coordinator",
                                "verification",
                                "org.idlefleet.coordinator.verification.",
                                "cli",
                                MutantsTest.class.getName() + "$Greedy",
                                0));

        assertThat(greedy.killer(greedy.sources(Optional.empty()))).contains("runs out of memory");
    }

    /** Not one of the tests of the house: Surefire leaves nested classes out. */
    static class GreedyTest {
        @Test
        void takesAllTheMemory() {
            throw new OutOfMemoryError("as after an endless list");
        }
    }
}
