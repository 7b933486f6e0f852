package org.idlefleet.ledger.proof;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A party of its own that cosigns the checkpoints of one log as long as each continues the one
 * before.
 *
 * <p>Two histories can then not be shown to two owners: the witness signs only one. One thread; the
 * latest checkpoint is its whole memory and must be kept before a cosignature leaves.
 */
public final class Witness {
    private final String origin;
    private final NoteKey log;
    private final NoteSigner signer;
    private final Signatures signatures;
    private Optional<SignedNote> latest;

    /** What a witness says to a checkpoint. */
    public sealed interface Opinion {
        /** It continues what was seen before; the note carries the witness's signature now. */
        record Cosigned(SignedNote note) implements Opinion {}

        /**
         * Not signed, or not proven to continue: ask again with the right proof from {@code size}
         * on.
         */
        record Refused(String reason, long size) implements Opinion {}

        /**
         * The log's own signatures stand under two histories: proof of misbehaviour, to be shown to
         * everybody.
         */
        record Forked(SignedNote seen, SignedNote other) implements Opinion {}
    }

    public Witness(
            String origin,
            NoteKey log,
            NoteSigner signer,
            Signatures signatures,
            Optional<SignedNote> latest) {
        this.origin = origin;
        this.log = log;
        this.signer = signer;
        this.signatures = signatures;
        this.latest = latest;
    }

    /** The last checkpoint that was cosigned; what must be kept. */
    public Optional<SignedNote> latest() {
        return latest;
    }

    /** How many entries the log had when last seen: proofs are wanted from there. */
    public long size() {
        return latest.map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
    }

    /** Looks at a checkpoint and the consistency proof from {@link #size} to it. */
    public Opinion look(SignedNote note, List<Hash> proof, Instant now) {
        if (!note.isSignedBy(log, signatures)) {
            return new Opinion.Refused("not signed by " + log, size());
        }
        Checkpoint offered;
        try {
            offered = Checkpoint.parse(note.text());
        } catch (IllegalArgumentException e) {
            return new Opinion.Refused(String.valueOf(e.getMessage()), size());
        }
        if (!offered.origin().equals(origin)) {
            return new Opinion.Refused(
                    "a checkpoint of " + offered.origin() + ", not of " + origin, size());
        }
        if (latest.isPresent()) {
            Checkpoint seen = Checkpoint.parse(latest.get().text());
            if (offered.size() == seen.size() && !offered.root().equals(seen.root())) {
                return new Opinion.Forked(latest.get(), note);
            }
            if (offered.size() < seen.size()
                    || !MerkleProof.extendsTree(
                            seen.root(), seen.size(), offered.root(), offered.size(), proof)) {
                return new Opinion.Refused(
                        "size " + offered.size() + " is not proven to continue size " + seen.size(),
                        seen.size());
            }
        }
        latest = Optional.of(note);
        return new Opinion.Cosigned(note.cosignedBy(signer, now));
    }
}
