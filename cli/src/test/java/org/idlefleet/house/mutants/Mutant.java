package org.idlefleet.house.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A seeded bug: one snippet of a source file replaced by another. Its file says what is wrong, then
 * {@code --- FILE}, the snippet, {@code +++}, and what stands there instead.
 *
 * @param name of its file, without the ending
 * @param sentence what the bug does
 * @param file name of the source file
 */
record Mutant(String name, String sentence, String file, String before, String after) {
    private static final String ENDING = ".mutant";
    private static final String BEFORE = "\n--- ";
    private static final String AFTER = "\n+++\n";

    /** All of a directory, by name. */
    static List<Mutant> of(Path directory) throws IOException {
        var mutants = new ArrayList<Mutant>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(ENDING)).sorted().toList()) {
                mutants.add(parse(file.getFileName().toString(), Files.readString(file)));
            }
        }
        return mutants;
    }

    private static Mutant parse(String fileName, String text) {
        int before = text.indexOf(BEFORE);
        int after = text.indexOf(AFTER);
        if (before < 0 || after < before || !text.endsWith("\n")) {
            throw new IllegalArgumentException(
                    fileName
                            + " is no mutant: expected a sentence, '--- FILE', lines, '+++',"
                            + " lines");
        }
        int snippet = text.indexOf('\n', before + 1);
        return new Mutant(
                fileName.substring(0, fileName.length() - ENDING.length()),
                text.substring(0, before),
                text.substring(before + BEFORE.length(), snippet),
                text.substring(snippet + 1, Math.max(snippet + 1, after)),
                text.substring(after + AFTER.length(), text.length() - 1));
    }

    /** The source with the bug in it; the snippet must be there exactly once. */
    String applyTo(String source) {
        int place = source.indexOf(before);
        if (place < 0 || source.indexOf(before, place + 1) >= 0) {
            throw new IllegalStateException(
                    "mutant "
                            + name
                            + " expects this exactly once in "
                            + file
                            + "; adapt it to the source as it is now: "
                            + before);
        }
        return source.substring(0, place) + after + source.substring(place + before.length());
    }
}
