package org.idlefleet.protocol;

/** The name under which clients ask for a model, such as {@code all-minilm-l6-v2}. */
public record ModelId(String value) implements Comparable<ModelId> {
    public ModelId {
        Name.checked("a model name", value);
    }

    @Override
    public int compareTo(ModelId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
