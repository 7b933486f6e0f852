package org.idlefleet.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The repository's own files, wherever the tests are started in it. */
final class Sources {
    static final List<String> MODULES =
            List.of(
                    "protocol",
                    "ledger",
                    "coordinator",
                    "edge-node",
                    "simulator",
                    "cli",
                    "benchmarks");

    private Sources() {}

    /** The folder that holds all modules. */
    static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            if (Files.exists(dir.resolve("idlefleet")) && Files.exists(dir.resolve("ledger"))) {
                return dir;
            }
        }
        throw new IllegalStateException(
                "the repository was not found above "
                        + start
                        + "; start the tests with mvn in its folder");
    }

    /** Every hand-written Java file of every module, tests too. */
    static List<Path> java() {
        return MODULES.stream()
                .map(module -> root().resolve(module).resolve("src"))
                .filter(Files::isDirectory)
                .flatMap(Sources::java)
                .sorted()
                .toList();
    }

    private static Stream<Path> java(Path dir) {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
