package org.idlefleet.protocol;

import java.util.List;

/**
 * What a model is: the files with their digests, the task, how results compare, the limits and the
 * price. The manifest's own digest names the model on the wire, so two nodes with the same manifest
 * run the same bytes.
 *
 * @param files the ONNX file first
 * @param precision what the weights are in, such as {@code int8} or {@code fp32}
 * @param limits what an item may be
 * @param comparator how two results are held against each other
 * @param priceMicrosPerWorkUnit what one work unit costs, in micro-credits
 * @param probe a text and the embedding that an honest node computes for it
 */
public record ModelManifest(
        ModelId model,
        Task task,
        List<ModelFile> files,
        String precision,
        Limits limits,
        Comparator comparator,
        long priceMicrosPerWorkUnit,
        Probe probe) {
    public ModelManifest {
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException(model + " has no file");
        }
        if (priceMicrosPerWorkUnit < 0) {
            throw new IllegalArgumentException(model + " has a negative price");
        }
    }

    /** What the model does with an item. */
    public sealed interface Task {
        /**
         * Text to vector.
         *
         * @param pooling how token vectors become one
         * @param dimensions length of the vector
         */
        record Embedding(Pooling pooling, int dimensions) implements Task {}
    }

    /** How token vectors become the vector of a text; it is scaled to length 1 in the end. */
    public enum Pooling {
        /** The mean over all tokens that are not padding. */
        MEAN,
        /** The vector of the first token. */
        CLS
    }

    /**
     * A file of the model.
     *
     * @param name plain name, no path
     * @param role what it is for
     */
    public record ModelFile(String name, FileRole role, Digest digest, long bytes) {
        public ModelFile {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
                throw new IllegalArgumentException(
                        "a model file has a plain name of A-Z a-z 0-9 . _ -, found '" + name + "'");
            }
            if (bytes < 0) {
                throw new IllegalArgumentException(name + " has a negative size");
            }
        }
    }

    /** What a model's file is for. */
    public enum FileRole {
        /** The graph that ONNX Runtime loads. */
        ONNX,
        /** Weights that the graph names. */
        EXTERNAL_DATA,
        /** A Hugging Face {@code tokenizer.json}. */
        TOKENIZER
    }

    /**
     * Limits of one item.
     *
     * @param tokensMax longest input in tokens; longer ones are refused
     * @param batchItems items that a node runs together; fixed, because a quantised graph's scale
     *     depends on what stands in the batch
     */
    public record Limits(int tokensMax, int batchItems) {
        public Limits {
            if (tokensMax < 1 || batchItems < 1) {
                throw new IllegalArgumentException(
                        "limits are at least 1, found " + tokensMax + " and " + batchItems);
            }
        }
    }

    /**
     * When two results agree. The distance is the chord between the normalised vectors, {@code
     * sqrt(2(1-cos))}, a true metric.
     *
     * @param version of the comparing function
     * @param agree largest distance at which they agree if {@code tolerances} says nothing of their
     *     common numeric class; above twice of it they are rejected
     * @param tolerances what was measured for pairs of numeric classes, each pair once
     */
    public record Comparator(int version, double agree, List<Tolerance> tolerances) {
        /** Most measured pairs: those of 22 numeric classes. */
        public static final int TOLERANCES_MAX = 253;

        public Comparator {
            tolerances = List.copyOf(tolerances);
            checkAgree(agree);
            if (tolerances.size() > TOLERANCES_MAX) {
                throw new IllegalArgumentException(
                        "a manifest has at most "
                                + TOLERANCES_MAX
                                + " tolerances, found "
                                + tolerances.size());
            }
            for (int i = 1; i < tolerances.size(); i++) {
                Tolerance tolerance = tolerances.get(i);
                if (tolerances.subList(0, i).stream().anyMatch(tolerance::ofSamePair)) {
                    throw new IllegalArgumentException(
                            "two tolerances for " + tolerance.a() + " and " + tolerance.b());
                }
            }
        }

        /** One agreement distance for results of one numeric class; no others are judged. */
        public Comparator(int version, double agree) {
            this(version, agree, List.of());
        }

        /**
         * Whether results of these two classes can be held against each other: they are of one
         * class, or somebody measured how far apart honest ones are. Results from before they had a
         * class always can.
         */
        public boolean judges(NumericClass one, NumericClass other) {
            return one.equals(other)
                    || one.equals(NumericClass.UNKNOWN)
                    || other.equals(NumericClass.UNKNOWN)
                    || tolerances.stream().anyMatch(tolerance -> tolerance.of(one, other));
        }

        /**
         * The largest distance at which results of these two classes agree, if it {@link #judges}
         * them; the order of the two does not matter.
         */
        public double agree(NumericClass one, NumericClass other) {
            for (Tolerance tolerance : tolerances) {
                if (tolerance.of(one, other)) {
                    return tolerance.agree();
                }
            }
            return agree;
        }

        private static void checkAgree(double agree) {
            if (!(agree > 0 && agree < 1)) {
                throw new IllegalArgumentException(
                        "the agreement distance is between 0 and 1, found " + agree);
            }
        }
    }

    /**
     * The agreement distance of results from two numeric classes, or of one class with itself.
     *
     * @param agree largest distance at which they agree; above twice of it they are rejected
     */
    public record Tolerance(NumericClass a, NumericClass b, double agree) {
        public Tolerance {
            a.checkWritable();
            b.checkWritable();
            Comparator.checkAgree(agree);
        }

        boolean of(NumericClass one, NumericClass other) {
            return a.equals(one) && b.equals(other) || a.equals(other) && b.equals(one);
        }

        boolean ofSamePair(Tolerance other) {
            return of(other.a, other.b);
        }
    }

    /** A known answer: a node computes it before it offers the model. */
    public record Probe(String text, List<Float> embedding) {
        public Probe {
            embedding = List.copyOf(embedding);
        }
    }

    /** The same model compared in another way. */
    public ModelManifest withComparator(Comparator other) {
        return new ModelManifest(
                model, task, files, precision, limits, other, priceMicrosPerWorkUnit, probe);
    }

    /** Bytes that all files take together. */
    public long bytes() {
        return files.stream().mapToLong(ModelFile::bytes).sum();
    }

    /** Bytes that one item's result takes. */
    public int outputBytesPerItem() {
        return switch (task) {
            case Task.Embedding embedding -> EmbeddingOutput.bytesPerItem(embedding.dimensions());
        };
    }

    /**
     * The work of an item in work units, an upper estimate of its tokens: {@code 4 + bytes / 4} for
     * text and {@code 4 + count} for tokens, the model's limit at most. It follows from the input
     * alone, so neither node nor client can inflate it.
     */
    public int workUnits(ItemKind kind, int itemBytes) {
        return Math.min(limits.tokensMax() + 4, 4 + itemBytes / 4);
    }
}
