package org.idlefleet.protocol;

/** One installation of our daemon on one device; it stands in the node's certificate. */
public record NodeId(String value) implements Comparable<NodeId> {
    public NodeId {
        Name.checked("a node id", value);
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
