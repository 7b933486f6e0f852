package org.idlefleet.coordinator.adapter.node;

import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest checkpoint of the ledger as nodes get it: with the proof that it continues what each
 * has pinned. Thread-safe.
 */
public final class Checkpoints {
    /** Nodes have pinned one of the last few: so many proofs are made once and kept. */
    private static final int KEPT_MAX = 1_024;

    private volatile @Nullable Newest newest;
    private volatile @Nullable Proofs proofs;
    private volatile String key = "";

    /** How the log of one size continues another; may block. */
    @FunctionalInterface
    public interface Proofs {
        List<Hash> between(long earlier, long size);
    }

    /**
     * A published checkpoint.
     *
     * @param kept messages by the size that their proof begins at
     */
    private record Newest(
            SignedNote note, long size, Map<Long, CoordinatorMessage.Checkpoint> kept) {
        /**
         * Where the proof begins for who has pinned so many entries; 0 if there is none to make.
         */
        long from(long pinned) {
            return pinned < size ? pinned : 0;
        }
    }

    /** Says where proofs come from, and by which key checkpoints are checked. */
    public void open(String key, Proofs source) {
        this.key = key;
        proofs = source;
    }

    /** A new checkpoint was signed. */
    public void published(SignedNote note) {
        newest = new Newest(note, Checkpoint.parse(note.text()).size(), new ConcurrentHashMap<>());
    }

    /** Entries of the newest checkpoint; -1 before there is one. */
    long size() {
        Newest now = newest;
        return now == null || proofs == null ? -1 : now.size();
    }

    /** The newest one for a node that has pinned so many entries, if it was made before. */
    Optional<CoordinatorMessage.Checkpoint> made(long pinned) {
        Newest now = newest;
        return now == null
                ? Optional.empty()
                : Optional.ofNullable(now.kept().get(now.from(pinned)));
    }

    /** The newest one for a node that has pinned so many entries; may block. */
    CoordinatorMessage.Checkpoint since(long pinned) {
        Newest now = newest;
        Proofs source = proofs;
        if (now == null || source == null) {
            throw new IllegalStateException("nothing was signed yet");
        }
        long from = now.from(pinned);
        CoordinatorMessage.Checkpoint known = now.kept().get(from);
        if (known != null) {
            return known;
        }
        List<Digest> proof =
                from == 0
                        ? List.of()
                        : source.between(from, now.size()).stream()
                                .map(hash -> Digest.ofRaw(hash.bytes()))
                                .toList();
        var made = new CoordinatorMessage.Checkpoint(now.note().toString(), key, from, proof);
        if (now.kept().size() < KEPT_MAX) {
            now.kept().put(from, made);
        }
        return made;
    }
}
