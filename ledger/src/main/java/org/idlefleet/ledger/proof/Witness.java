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
    private final NoteSigner signer;
    private final Signatures signatures;
    private Pin pin;

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
        this.signer = signer;
        this.signatures = signatures;
        this.pin = new Pin(log, latest);
    }

    /** The last checkpoint that was cosigned; what must be kept. */
    public Optional<SignedNote> latest() {
        return pin.latest();
    }

    /** How many entries the log had when last seen: proofs are wanted from there. */
    public long size() {
        return pin.size();
    }

    /** Looks at a checkpoint and the consistency proof from {@link #size} to it. */
    public Opinion look(SignedNote note, List<Hash> proof, Instant now) {
        return switch (pin.look(note, proof, signatures)) {
            case Pin.Finding.Refused refused -> new Opinion.Refused(refused.reason(), size());
            case Pin.Finding.Forked forked -> new Opinion.Forked(forked.seen(), forked.other());
            case Pin.Finding.Continues continues -> {
                Checkpoint offered = Checkpoint.parse(note.text());
                if (!offered.origin().equals(origin)) {
                    yield new Opinion.Refused(
                            "a checkpoint of " + offered.origin() + ", not of " + origin, size());
                }
                pin = continues.next();
                yield new Opinion.Cosigned(note.cosignedBy(signer, now));
            }
        };
    }
}
