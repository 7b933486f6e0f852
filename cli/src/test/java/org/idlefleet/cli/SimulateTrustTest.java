package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code idlefleet simulate trust} prints. */
class SimulateTrustTest {
    @TempDir private Path directory = Path.of("");

    @Test
    void printsTheSameTableForTheSameSeedAndWritesItAsCsv() throws IOException {
        Path csv = directory.resolve("trust.csv");
        Typed once = small("--all", "--csv", csv.toString());
        Typed again = small("--all");
        assertThat(once.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(table(once)).isEqualTo(table(again)).hasSizeGreaterThan(30);
        assertThat(table(once).getLast()).startsWith("worst");
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(table(once).size() - 1);
        assertThat(lines.getFirst()).startsWith("ADVERSARY,W,W-95%,EPS,");
        assertThat(once.out()).contains("figure honest-convicted-at-10% 0.000 owners bar <= 0.000");
    }

    @Test
    void listsTheAdversariesAndNamesAnUnknownOne() {
        assertThat(Typed.idlefleet("simulate", "trust").out())
                .contains("whitewasher", "slow-loris");
        Typed unknown = Typed.idlefleet("simulate", "trust", "--adversary", "nobody");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("there is no adversary 'nobody'");
        Typed quorum = small("--adversary", "smash", "--assurance", "quorum");
        assertThat(quorum.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(quorum.err()).contains("QUORUM draws no audits");
    }

    private static Typed small(String... more) {
        var typed =
                new ArrayList<>(List.of("simulate", "trust", "--owners", "30", "--tasks", "1000"));
        typed.addAll(List.of(more));
        return Typed.idlefleet(typed.toArray(String[]::new));
    }

    private static List<String> table(Typed typed) {
        return typed.out()
                .lines()
                .filter(line -> !line.startsWith("figure ") && !line.startsWith("#"))
                .toList();
    }
}
