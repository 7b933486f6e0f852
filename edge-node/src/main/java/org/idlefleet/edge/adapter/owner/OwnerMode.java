package org.idlefleet.edge.adapter.owner;

import org.idlefleet.edge.adapter.Durable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What the owner wants of the node. It lies in a file of the data directory, so that it outlives a
 * restart and any command may change it.
 */
public sealed interface OwnerMode {
    /** The file's name in the data directory; no file means {@link Run}. */
    String FILE = "owner-mode";

    /** Compute whenever the rules allow it. */
    record Run() implements OwnerMode {}

    /**
     * Compute nothing.
     *
     * @param until when to go on; empty means until the owner says so
     */
    record Pause(Optional<Instant> until) implements OwnerMode {}

    /** End what runs, begin nothing new. */
    record Finish() implements OwnerMode {}

    /** Reads the mode; a file that makes no sense is a pause, since the owner wanted something. */
    static OwnerMode read(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE);
        // Mostly there is none, and it is asked for all day: an exception costs more than a look.
        if (Files.notExists(file)) {
            return new Run();
        }
        try {
            String text = Files.readString(file).strip();
            if (text.equals("finish")) {
                return new Finish();
            }
            return text.startsWith("pause until ")
                    ? new Pause(Optional.of(Instant.parse(text.substring("pause until ".length()))))
                    : new Pause(Optional.empty());
        } catch (NoSuchFileException e) {
            return new Run();
        } catch (IOException | DateTimeException e) {
            return new Pause(Optional.empty());
        }
    }

    /** Tells a running node, and those started later. */
    static void write(Path dataDirectory, OwnerMode mode) throws IOException {
        Path file = dataDirectory.resolve(FILE);
        switch (mode) {
            case Run _ -> Files.deleteIfExists(file);
            case Pause pause ->
                    put(file, pause.until().map(at -> "pause until " + at).orElse("pause"));
            case Finish _ -> put(file, "finish");
        }
    }

    private static void put(Path file, String text) throws IOException {
        Durable.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
