package org.idlefleet.coordinator;

/** How a job ended. */
public enum JobEnd {
    /** Every item has its agreed result. */
    DONE("every item has its agreed result"),
    /** Its client took it back. */
    CANCELLED("its client cancelled it"),
    /** Its deadline passed before enough nodes had answered and agreed. */
    DEADLINE("its deadline passed before enough nodes had answered and agreed"),
    /** The nodes could not agree on a shard within the attempts allowed. */
    NO_QUORUM("the nodes could not agree on a shard within the attempts allowed"),
    /** Nodes of different owners say that the model can't take an item. */
    INPUT("the model can't take one of its items"),
    /** Node after node refused or spoiled a shard. */
    ATTEMPTS(
            "node after node refused or failed a shard: its input may be what the model can't"
                    + " take"),
    /** The coordinator restarted, and the job lived only as long as its request. */
    RESTART("the coordinator restarted while the request was open; send it again");

    private final String text;

    JobEnd(String text) {
        this.text = text;
    }

    /** A sentence for people. */
    public String text() {
        return text;
    }
}
