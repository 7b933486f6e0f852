package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

class SentenceTest {
    @TempDir Path directory;

    static Stream<Arguments> faults() {
        var full = new FileSystemException("/x", null, "No space left on device");
        return Stream.of(
                Arguments.of(full, "/x: No space left on device"),
                Arguments.of(new UncheckedIOException(full), "/x: No space left on device"),
                Arguments.of(new UncheckedIOException("while reading", full), "while reading"),
                Arguments.of(new AccessDeniedException("/x"), "/x may not be used by this user"),
                Arguments.of(new FileAlreadyExistsException("/x"), "/x exists already"),
                Arguments.of(new IllegalArgumentException("give a port"), "give a port"),
                Arguments.of(new WireException("nonce", "too long"), "nonce: too long"),
                Arguments.of(new IllegalStateException("x"), "java.lang.IllegalStateException: x"),
                Arguments.of(new IOException(), "java.io.IOException"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void leavesJavasNameOutWhereItAddsNothing(Exception fault, String sentence) {
        assertThat(Sentence.of(fault)).isEqualTo(sentence);
    }

    @Test
    void tellsAMissingFileFromOneWhoseFolderIsMissing() {
        Path file = directory.resolve("file");
        Path deep = directory.resolve("folder/file");

        assertThat(Sentence.of(catchThrowable(() -> Files.readString(file))))
                .isEqualTo(file + " is not there");
        assertThat(Sentence.of(catchThrowable(() -> Files.writeString(deep, ""))))
                .isEqualTo(deep + " is not there, nor is its folder");
    }
}
