package org.idlefleet.protocol;

import java.time.Duration;
import java.util.List;

/** What a coordinator says to a node. Any message may be lost with its connection. */
public sealed interface CoordinatorMessage {
    /**
     * Answers {@link NodeMessage.Hello}.
     *
     * @param version the protocol version that both will speak
     * @param epoch the coordinator's life number; leases of lower ones are void
     * @param heartbeat how often the node shall say that it is there
     * @param models what the coordinator serves, so that the node can fetch it beforehand
     */
    record Welcome(int version, int epoch, Duration heartbeat, List<ModelNotice> models)
            implements CoordinatorMessage {
        public Welcome {
            models = List.copyOf(models);
        }
    }

    /** A model that clients may ask for from now on. */
    record ModelNotice(ModelId model, Digest manifest, long bytes) implements CoordinatorMessage {}

    /**
     * A shard to run.
     *
     * @param manifest digest of the model's manifest
     * @param items one entry an item, written as {@code kind} says
     * @param timeLeft how long the lease lives without a heartbeat
     */
    record Assign(
            Lease lease, Digest manifest, ItemKind kind, List<byte[]> items, Duration timeLeft)
            implements CoordinatorMessage {
        public Assign {
            items = List.copyOf(items);
        }
    }

    /** The shard is no longer wanted; nothing needs to be sent for it. */
    record Cancel(Lease lease) implements CoordinatorMessage {}

    /** The coordinator wants no more offers: finish what you hold, come back after {@code away}. */
    record Drain(String reason, Duration away) implements CoordinatorMessage {}

    /** Answers {@link NodeMessage.FetchManifest}: the manifest's exact bytes; none if unknown. */
    record ManifestBytes(Digest manifest, byte[] bytes) implements CoordinatorMessage {}

    /**
     * Answers {@link NodeMessage.FetchChunk}.
     *
     * @param fileBytes size of the whole file; -1 if the coordinator does not have it
     */
    record Chunk(Digest file, long offset, long fileBytes, byte[] bytes)
            implements CoordinatorMessage {}

    /** What the node's owner has earned, in micro-credits, as of now. */
    record Earnings(long escrowMicros, long payableMicros) implements CoordinatorMessage {}

    /** The newest signed checkpoint of the ledger, as text; the node pins it. */
    record Checkpoint(String text) implements CoordinatorMessage {}

    /** The last word of a connection: why it ends and what would mend it. */
    record Goodbye(String reason) implements CoordinatorMessage {}
}
