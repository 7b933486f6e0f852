package org.idlefleet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Moby-Dick, cut into its sentences: real input for the demo and the figures. */
public final class Corpus {
    /** Shorter ones are mostly headings and exclamations. */
    private static final int WORDS_MIN = 6;

    /** Longer ones would not fit the small models. */
    private static final int WORDS_MAX = 60;

    private Corpus() {}

    /** All sentences in the order of the book, none twice. */
    public static List<String> sentences() {
        List<String> paragraphs =
                Arrays.stream(text().split("\n\\s*\n"))
                        .filter(paragraph -> !paragraph.startsWith("CHAPTER "))
                        .map(paragraph -> paragraph.replaceAll("\\s+", " ").strip())
                        .toList();
        return paragraphs.stream()
                .flatMap(paragraph -> cut(paragraph).stream())
                .filter(Corpus::isSentence)
                .distinct()
                .toList();
    }

    /** The first {@code count} sentences. */
    public static List<String> sentences(int count) {
        List<String> all = sentences();
        if (count > all.size()) {
            throw new IllegalArgumentException(
                    "the book has " + all.size() + " sentences, " + count + " were asked for");
        }
        return all.subList(0, count);
    }

    /**
     * Pieces of text, each of exactly so many words, running on through the book: inputs of even
     * length for figures.
     */
    public static List<String> pieces(int count, int words) {
        List<String> all =
                Arrays.stream(sentences().stream().collect(Collectors.joining(" ")).split(" "))
                        .toList();
        var pieces = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            int from = Math.floorMod((long) i * words, all.size() - words);
            pieces.add(String.join(" ", all.subList(from, from + words)));
        }
        return pieces;
    }

    private static List<String> cut(String paragraph) {
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
        breaks.setText(paragraph);
        var sentences = new ArrayList<String>();
        int from = breaks.first();
        for (int to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
            sentences.add(paragraph.substring(from, to).strip());
        }
        return sentences;
    }

    private static boolean isSentence(String text) {
        int words = text.split(" ").length;
        return words >= WORDS_MIN && words <= WORDS_MAX && Character.isUpperCase(text.charAt(0));
    }

    private static String text() {
        try (InputStream in =
                Objects.requireNonNull(
                        Corpus.class.getResourceAsStream("corpus/moby-dick.txt"),
                        "corpus/moby-dick.txt is missing from the package")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
