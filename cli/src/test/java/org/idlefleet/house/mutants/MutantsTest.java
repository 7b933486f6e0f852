package org.idlefleet.house.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The seeded bugs still fit the sources; {@code benchmarks/mutants} tries them out. */
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
}
