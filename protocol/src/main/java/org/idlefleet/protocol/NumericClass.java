package org.idlefleet.protocol;

/**
 * What decides the low bits of a result beside model and input: the runtime's build, the execution
 * provider, the precision it computes in and the processor's class, as the node declares them, and
 * what its probe showed. Results compare tightly only within one class.
 *
 * @param runtime such as {@code ort-1.28.0}
 * @param provider such as {@code CPU}
 * @param precision such as {@code int8} or {@code fp32}
 * @param processor such as {@code x86-vnni}
 * @param probe fingerprint of what the node computed for known graphs; empty where it is what all
 *     of the declared class show, or not known
 */
public record NumericClass(
        String runtime, String provider, String precision, String processor, String probe) {
    /** Of results that were stored before results had a class. */
    public static final NumericClass UNKNOWN =
            new NumericClass("unknown", "unknown", "unknown", "unknown");

    /** The declared class. */
    public NumericClass(String runtime, String provider, String precision, String processor) {
        this(runtime, provider, precision, processor, "");
    }

    /**
     * Reads what {@link #toString} wrote, {@code runtime/provider/precision/processor} and perhaps
     * {@code /probe}; anything else is an {@link IllegalArgumentException}.
     */
    public static NumericClass parse(String text) {
        String[] parts = text.split("/", -1);
        boolean whole = parts.length == 4 || parts.length == 5;
        for (String part : parts) {
            whole &= !part.isBlank();
        }
        if (!whole) {
            throw new IllegalArgumentException(
                    "a numeric class is runtime/provider/precision/processor and perhaps /probe,"
                            + " found '"
                            + text
                            + "'");
        }
        return new NumericClass(
                parts[0], parts[1], parts[2], parts[3], parts.length == 5 ? parts[4] : "");
    }

    /** Whether it can be written and read back; an {@link IllegalArgumentException} if not. */
    public void checkWritable() {
        if (!parse(toString()).equals(this)) {
            throw new IllegalArgumentException(
                    "no part of a numeric class has a '/', found '" + this + "'");
        }
    }

    /** The class as the node declares it, whatever its probe showed. */
    public NumericClass declared() {
        return probe.isEmpty() ? this : new NumericClass(runtime, provider, precision, processor);
    }

    @Override
    public String toString() {
        String declared = runtime + "/" + provider + "/" + precision + "/" + processor;
        return probe.isEmpty() ? declared : declared + "/" + probe;
    }
}
