package org.idlefleet.protocol;

/** The account that answers for its nodes, and the unit of trust. */
public record OwnerId(String value) implements Comparable<OwnerId> {
    public OwnerId {
        Name.checked("an owner name", value);
    }

    @Override
    public int compareTo(OwnerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
