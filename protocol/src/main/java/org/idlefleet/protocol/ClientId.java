package org.idlefleet.protocol;

/** The account that asks for jobs and pays for them. */
public record ClientId(String value) implements Comparable<ClientId> {
    public ClientId {
        Name.checked("a client name", value);
    }

    @Override
    public int compareTo(ClientId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
