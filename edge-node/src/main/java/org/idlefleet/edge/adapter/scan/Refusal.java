package org.idlefleet.edge.adapter.scan;

/**
 * Why a model is not shown to ONNX Runtime.
 *
 * @param where the file and the place in it
 * @param detail what was expected and what was found
 */
public record Refusal(Reason reason, String where, String detail) {
    /** The kind of a refusal. */
    public enum Reason {
        /** The model's directory is not as its manifest says: a link, a foreign size. */
        FILE,
        /** The bytes are no protobuf, or end too early or too late. */
        MALFORMED,
        /** A field that ONNX does not have, or that no model here needs. */
        FIELD,
        /** A field that stands once at most stands more often: readers differ on what it means. */
        AGAIN,
        /** Something that must be there is missing. */
        MISSING,
        /** A version of ONNX or of an operator set that the runtime does not have. */
        VERSION,
        /** More of something than any model here needs. */
        TOO_MANY,
        /** Graphs or types in each other, deeper than any model here needs. */
        DEPTH,
        /** A name or text that is too long or holds control characters. */
        TEXT,
        /** An operator that is not on the list. */
        OPERATOR,
        /** A function that calls itself, grows without measure or hides an operator. */
        FUNCTION,
        /** An attribute whose value is not what its type says. */
        ATTRIBUTE,
        /** A shape that is negative, or so large that its size can't be counted. */
        SHAPE,
        /** A tensor whose data is not what type and shape say. */
        DATA,
        /** Weights in a file that the model may not read, or not at that place. */
        EXTERNAL_DATA,
        /** A sparse tensor whose parts contradict each other. */
        SPARSE,
        /** A constant shape that would allocate without measure. */
        ALLOCATION
    }

    /** For people: one sentence. */
    @Override
    public String toString() {
        return where + ": " + detail;
    }
}
