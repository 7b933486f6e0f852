package org.idlefleet.edge.adapter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A file of the kernel that stays open. */
@EnabledOnOs(OS.LINUX)
class KeptFileTest {
    /** It opens, and nothing lies at its first byte. */
    private static final Path UNREADABLE = Path.of("/proc/self/mem");

    @Test
    void letsGoOfWhatCanNotBeRead() throws IOException {
        var file = new KeptFile(UNREADABLE);

        for (int look = 0; look < 50; look++) {
            assertThat(file.text()).isEmpty();
        }

        assertThat(opened("/mem")).isZero();
    }

    @Test
    void readsTheSameOpenFileAnew() throws IOException {
        var file = new KeptFile(Path.of("/proc/self/stat"));
        String first = file.text();
        for (int look = 0; look < 50; look++) {
            assertThat(file.text()).startsWith(first.substring(0, first.indexOf(' ') + 1));
        }

        assertThat(opened("/stat")).isEqualTo(1);
    }

    private static long opened(String name) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(file -> leadsTo(file, name)).count();
        }
    }

    private static boolean leadsTo(Path file, String name) {
        try {
            return Files.readSymbolicLink(file).toString().endsWith(name);
        } catch (IOException e) {
            // The listing's own is gone again.
            return false;
        }
    }
}
