package org.idlefleet.protocol;

import java.time.Duration;
import java.util.List;

/** What a node says to its coordinator. Any message may be lost with its connection. */
public sealed interface NodeMessage {
    /**
     * The first message of a connection. The node's id and owner are not in it: they stand in its
     * certificate.
     *
     * @param versionMin oldest protocol version the node speaks
     * @param versionMax newest protocol version the node speaks
     * @param software name and version of the daemon
     * @param numericClass how this node computes
     * @param memoryBytes memory the owner lets models use
     */
    record Hello(
            int versionMin,
            int versionMax,
            String software,
            NumericClass numericClass,
            long memoryBytes)
            implements NodeMessage {}

    /**
     * What the node is willing to do from now on; it replaces the node's earlier offer. With the
     * gate closed, {@code slots} is 0.
     *
     * @param slots leases the node wants to hold at a time, those it holds already included
     * @param parkTimeLeft how long the owner's schedule lets the node stay, {@link Duration#ZERO}
     *     if unknown
     * @param models the models that the node has verified and measured
     */
    record Offer(int slots, Duration parkTimeLeft, List<WarmModel> models) implements NodeMessage {
        public Offer {
            models = List.copyOf(models);
            if (slots < 0 || slots > SLOTS_MAX) {
                throw new IllegalArgumentException(
                        "an offer has 0 to " + SLOTS_MAX + " slots, found " + slots);
            }
        }
    }

    /** Leases that one node may hold at a time. */
    int SLOTS_MAX = 4096;

    /**
     * A model that a node can run at once.
     *
     * @param manifest digest of the model's manifest
     * @param workUnitsPerSecond measured speed of one slot, in the work units of {@link
     *     ModelManifest}
     */
    record WarmModel(Digest manifest, double workUnitsPerSecond) {}

    /**
     * The digest of a result that is too large for the same message; the bytes follow as {@link
     * ResultPart}s.
     *
     * @param commit SHA-256 of nonce and output
     * @param signature the node's, under the {@link ResultStatement}: 64 bytes, or none if it is an
     *     older node
     */
    record Commit(Lease lease, Digest commit, byte[] nonce, byte[] signature)
            implements NodeMessage {}

    /**
     * A piece of a result's output, in order; the last one ends it.
     *
     * @param batteryJoules as in {@link Result}
     */
    record ResultPart(
            Lease lease, byte[] bytes, boolean last, Duration computeTime, long batteryJoules)
            implements NodeMessage {
        /** Of a node that took nothing out of a battery. */
        public ResultPart(Lease lease, byte[] bytes, boolean last, Duration computeTime) {
            this(lease, bytes, last, computeTime, 0);
        }
    }

    /**
     * What a replica returned: its commit and, in the same message, its bytes.
     *
     * @param commit SHA-256 of {@code nonce} and {@code output}
     * @param nonce 16 bytes of the node's own choice
     * @param output layout by the model's task, see {@link EmbeddingOutput}
     * @param computeTime time the node spent on it, without waiting
     * @param signature as in {@link Commit}
     * @param batteryJoules of the energy that computing took, what came out of a battery; 0 if none
     *     did or nobody knows
     */
    record Result(
            Lease lease,
            Digest commit,
            byte[] nonce,
            byte[] output,
            Duration computeTime,
            byte[] signature,
            long batteryJoules)
            implements NodeMessage {
        /** The result of a node that took nothing out of a battery. */
        public Result(
                Lease lease,
                Digest commit,
                byte[] nonce,
                byte[] output,
                Duration computeTime,
                byte[] signature) {
            this(lease, commit, nonce, output, computeTime, signature, 0);
        }

        /** The result of a node that signs nothing. */
        public Result(
                Lease lease, Digest commit, byte[] nonce, byte[] output, Duration computeTime) {
            this(lease, commit, nonce, output, computeTime, new byte[0]);
        }
    }

    /** Bytes of an answer that is still growing, such as generated tokens; counted from 0. */
    record Partial(Lease lease, int sequence, byte[] bytes) implements NodeMessage {}

    /**
     * The node hands the lease back because its owner, or a rule of the owner's, wants the device.
     */
    record Release(Lease lease, String reason) implements NodeMessage {}

    /** The node can't run the shard: it does not have the model, memory or input it needs. */
    record Refuse(Lease lease, RefuseReason reason, String detail) implements NodeMessage {}

    /** Why a node refuses a shard. */
    enum RefuseReason {
        /** The model is not on the node, or did not load. */
        MODEL,
        /** The shard needs more memory than the owner allows. */
        MEMORY,
        /** An item is not what the model takes. */
        INPUT,
        /** The runtime failed. */
        RUNTIME
    }

    /**
     * The node is there; renews all its leases.
     *
     * @param pinnedSize entries of the ledger's checkpoint that it has pinned; 0 if none
     */
    record Heartbeat(long pinnedSize) implements NodeMessage {
        /** From a node that has pinned nothing. */
        public Heartbeat() {
            this(0);
        }
    }

    /** Asks for a piece of a model's file, by the digest that its manifest names. */
    record FetchChunk(Digest file, long offset, int length) implements NodeMessage {}

    /** Asks for the manifest with this digest. */
    record FetchManifest(Digest manifest) implements NodeMessage {}

    /**
     * Asks for the entries of the ledger that keep promises of the coordinator.
     *
     * @param pinnedSize entries of the checkpoint that the answer has to be proven by
     * @param transactions what was promised, such as {@code settle/12/3}
     */
    record AskEntries(long pinnedSize, List<String> transactions) implements NodeMessage {
        /** So many may be asked for at once. */
        public static final int ASKED_MAX = 16;

        public AskEntries {
            transactions = List.copyOf(transactions);
        }
    }
}
