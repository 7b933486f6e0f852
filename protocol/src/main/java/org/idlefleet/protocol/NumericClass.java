package org.idlefleet.protocol;

/**
 * What decides the low bits of a result beside model and input: the runtime's build, the execution
 * provider, the precision it computes in and the processor's class. Results compare tightly only
 * within one class.
 *
 * @param runtime such as {@code ort-1.28.0}
 * @param provider such as {@code CPU}
 * @param precision such as {@code int8} or {@code fp32}
 * @param processor such as {@code x86-vnni}
 */
public record NumericClass(String runtime, String provider, String precision, String processor) {
    /**
     * Reads what {@link #toString} wrote, {@code runtime/provider/precision/processor}; anything
     * else is an {@link IllegalArgumentException}.
     */
    public static NumericClass parse(String text) {
        String[] parts = text.split("/", -1);
        boolean whole = parts.length == 4;
        for (String part : parts) {
            whole &= !part.isBlank();
        }
        if (!whole) {
            throw new IllegalArgumentException(
                    "a numeric class is runtime/provider/precision/processor, found '"
                            + text
                            + "'");
        }
        return new NumericClass(parts[0], parts[1], parts[2], parts[3]);
    }

    @Override
    public String toString() {
        return runtime + "/" + provider + "/" + precision + "/" + processor;
    }
}
