package org.idlefleet.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a coordinator says to a node. Any message may be lost with its connection. */
public sealed interface CoordinatorMessage {
    /**
     * Answers {@link NodeMessage.Hello}.
     *
     * @param version the protocol version that both will speak
     * @param epoch the coordinator's life number; leases of lower ones are void
     * @param heartbeat how often the node shall say that it is there
     * @param rest the same while it offers nothing and holds nothing
     * @param models what the coordinator serves, so that the node can fetch it beforehand
     */
    record Welcome(
            int version, int epoch, Duration heartbeat, Duration rest, List<ModelNotice> models)
            implements CoordinatorMessage {
        public Welcome {
            models = List.copyOf(models);
        }

        /** Of a coordinator that wants to hear a node at rest as often as any other. */
        public Welcome(int version, int epoch, Duration heartbeat, List<ModelNotice> models) {
            this(version, epoch, heartbeat, heartbeat, models);
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

    /**
     * What the node's owner has earned, in micro-credits, and how it stands, as of now.
     *
     * @param standing empty if an older coordinator does not tell
     */
    record Earnings(long escrowMicros, long payableMicros, Optional<Standing> standing)
            implements CoordinatorMessage {}

    /**
     * What the coordinator knows of the owner of the node that it tells: three figures, never
     * mixed, with the counts behind each.
     *
     * @param since when the owner's first result settled; empty if none has
     * @param probationUntil all its results are audited until then; empty if there is no such time
     * @param trusted whether the operator takes its word where votes can't decide
     */
    record Standing(
            State state,
            Optional<Instant> since,
            Optional<Instant> probationUntil,
            boolean trusted,
            Honesty honesty,
            Availability availability,
            Speed speed) {
        /** Where an owner is. */
        public enum State {
            /** Everything is audited until enough checks were passed. */
            WARM_UP,
            /** Only the share that clients buy is audited. */
            GOOD,
            /** Everything is audited for a while, after a result was voted down or an appeal. */
            PROBATION,
            /** Found wrong by a trusted owner: gets no work until an appeal succeeds. */
            CONVICTED
        }
    }

    /**
     * What came of an owner's results.
     *
     * @param agreed those that somebody else checked and found right
     * @param inconclusive those at the edge of the tolerance, neither for nor against it
     * @param outvoted those that others voted down
     * @param warmUpChecks how many must be found right before only a share is audited
     * @param recentShare of the checks of late those that were passed, 0 to 1; old ones fade
     * @param ringersPassed those of the agreed whose answer was known beforehand
     * @param ringersFailed those that were not the answer that was known
     * @param drawn results that were drawn for an audit
     * @param audited those of the drawn that somebody has audited, whatever came of it
     * @param auditsOpen those of the drawn whose audit has not ended
     * @param outvotes the newest of the outvoted that nobody has cleared since, the oldest first;
     *     none from an older coordinator
     */
    record Honesty(
            long results,
            long agreed,
            long inconclusive,
            long outvoted,
            long warmUpChecks,
            double recentShare,
            long ringersPassed,
            long ringersFailed,
            long drawn,
            long audited,
            long auditsOpen,
            List<Outvote> outvotes) {
        public Honesty {
            outvotes = List.copyOf(outvotes);
        }

        /** Results that somebody checked. */
        public long checked() {
            return agreed + inconclusive + outvoted;
        }

        /** Drawn results that nobody has audited and nobody will. */
        public long unaudited() {
            return Math.max(0, drawn - audited - auditsOpen);
        }
    }

    /** A result of one of the owner's devices that others voted down. */
    record Outvote(NodeId node, Lease result, Instant at) {}

    /**
     * How an owner's nodes have kept the leases they took, since the coordinator started.
     *
     * @param released handed back in time, as the owner wished: costs nothing
     * @param lost ended with a connection, or ran over
     * @param refused could not be run, or were answered with something that was no result
     */
    record Availability(long answered, long released, long lost, long refused) {
        /** Of the leases not handed back, the share that was answered; 1 if there were none. */
        public double share() {
            long kept = answered + lost + refused;
            return kept == 0 ? 1 : answered / (double) kept;
        }
    }

    /** Time that the answered leases were expected to take, and that they took. */
    record Speed(Duration expected, Duration taken) {
        /** How much faster than expected the answers came; 1 if there were none. */
        public double againstExpectation() {
            return taken.isZero() ? 1 : expected.toNanos() / (double) taken.toNanos();
        }
    }

    /**
     * The newest signed checkpoint of the ledger; the node pins it if it continues what it had
     * pinned.
     *
     * @param text the signed note
     * @param key the ledger's public key, as a note's key is written
     * @param from entries of the checkpoint that the proof begins at; 0 without a proof
     * @param proof the consistency proof (RFC 6962) from there to this checkpoint
     */
    record Checkpoint(String text, String key, long from, List<Digest> proof)
            implements CoordinatorMessage {
        /** Hashes of the longest proof. */
        public static final int PROOF_MAX = 64;

        public Checkpoint {
            proof = List.copyOf(proof);
        }
    }

    /**
     * What the coordinator owes the node's owner for results that it accepted, signed by the
     * ledger's key.
     *
     * @param text as signed receipts are written
     */
    record Receipts(String text) implements CoordinatorMessage {}

    /**
     * Answers {@link NodeMessage.AskEntries} as far as the coordinator can now.
     *
     * @param size entries of the checkpoint that the proofs lead to
     * @param items entries with the owner's lines and their inclusion proofs, as exports have them
     */
    record Entries(long size, List<String> items) implements CoordinatorMessage {
        public Entries {
            items = List.copyOf(items);
        }
    }

    /** The last word of a connection: why it ends and what would mend it. */
    record Goodbye(String reason) implements CoordinatorMessage {}
}
