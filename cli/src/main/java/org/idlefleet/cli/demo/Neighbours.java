package org.idlefleet.cli.demo;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Sentences by how near their vectors are: whether the vectors mean something. */
final class Neighbours {
    private final List<String> sentences;
    private final List<float[]> vectors;

    Neighbours(List<String> sentences, List<float[]> vectors) {
        this.sentences = List.copyOf(sentences);
        this.vectors = List.copyOf(vectors);
    }

    /** A sentence and its cosine to what was asked for. */
    record Near(String sentence, double cosine) {}

    /** The {@code count} nearest sentences, nearest first. */
    List<Near> of(float[] vector, int count) {
        return IntStream.range(0, sentences.size())
                .mapToObj(i -> new Near(sentences.get(i), cosine(vector, vectors.get(i))))
                .sorted(Comparator.comparingDouble(Near::cosine).reversed())
                .limit(count)
                .toList();
    }

    /** The cosine that any sentence of the book has to it on average. */
    double usual(float[] vector) {
        return vectors.stream().mapToDouble(other -> cosine(vector, other)).average().orElse(0);
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengthA += (double) a[i] * a[i];
            lengthB += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(lengthA * lengthB);
    }
}
