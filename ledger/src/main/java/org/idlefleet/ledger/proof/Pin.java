package org.idlefleet.ledger.proof;

import java.util.List;
import java.util.Optional;

/**
 * What somebody outside saw last of a log: every later checkpoint must continue it. Immutable.
 *
 * @param log the key that signs the log's checkpoints; its name is the log's
 * @param latest empty as long as none was seen
 */
public record Pin(NoteKey log, Optional<SignedNote> latest) {
    /** What a checkpoint is to a pin. */
    public sealed interface Finding {
        /** It is proven to continue what was seen. */
        record Continues(Pin next) implements Finding {}

        /** Not signed by the log, or not proven to continue it. */
        record Refused(String reason) implements Finding {}

        /** The log's own signatures stand under two histories: proof of misbehaviour. */
        record Forked(SignedNote seen, SignedNote other) implements Finding {}
    }

    /** How many entries the log had when last seen: proofs are wanted from there. */
    public long size() {
        return latest.map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
    }

    /** Holds a checkpoint, and the consistency proof from {@link #size} to it, against the pin. */
    public Finding look(SignedNote note, List<Hash> proof, Signatures signatures) {
        if (!note.isSignedBy(log, signatures)) {
            return new Finding.Refused("not signed by " + log);
        }
        Checkpoint offered;
        try {
            offered = Checkpoint.parse(note.text());
        } catch (IllegalArgumentException e) {
            return new Finding.Refused(String.valueOf(e.getMessage()));
        }
        if (latest.isPresent()) {
            Checkpoint seen = Checkpoint.parse(latest.get().text());
            if (offered.size() == seen.size() && !offered.root().equals(seen.root())) {
                return new Finding.Forked(latest.get(), note);
            }
            if (offered.size() < seen.size()
                    || !MerkleProof.extendsTree(
                            seen.root(), seen.size(), offered.root(), offered.size(), proof)) {
                return new Finding.Refused(
                        "size "
                                + offered.size()
                                + " is not proven to continue size "
                                + seen.size());
            }
        }
        return new Finding.Continues(new Pin(log, Optional.of(note)));
    }
}
