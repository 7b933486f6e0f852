package org.idlefleet.ledger.proof.adapter;

import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Witness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A witness whose memory is a file: what it cosigned is kept before the cosignature leaves. */
public final class WitnessFile {
    private final Path file;
    private final NoteKey key;
    private final Witness witness;

    /**
     * Opens the witness's directory, or creates it with a key of its own.
     *
     * @param name of the witness, such as {@code witness.example.net}
     * @param origin of the log that it watches
     */
    public WitnessFile(Path directory, String name, String origin, NoteKey log) {
        try {
            Files.createDirectories(directory);
            file = directory.resolve("latest");
            Path seed = directory.resolve("key");
            if (!Files.exists(seed)) {
                DurableFile.replace(seed, Ed25519.newSeed());
            }
            var signer = Ed25519.witness(name, Files.readAllBytes(seed));
            key = signer.key();
            Optional<SignedNote> latest =
                    Files.exists(file)
                            ? Optional.of(SignedNote.parse(Files.readString(file)))
                            : Optional.empty();
            witness = new Witness(origin, log, signer, Ed25519.signatures(), latest);
        } catch (IOException e) {
            throw new LedgerException("the witness in " + directory + " cannot be opened", e);
        }
    }

    /** The key that verifiers must be told. */
    public NoteKey key() {
        return key;
    }

    /** How many entries the log had when last seen: ask it for a consistency proof from there. */
    public long size() {
        return witness.size();
    }

    public Witness.Opinion look(SignedNote note, List<Hash> proof, Instant now) {
        Witness.Opinion opinion = witness.look(note, proof, now);
        if (opinion instanceof Witness.Opinion.Cosigned) {
            try {
                DurableFile.replace(file, note.toString().getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new LedgerException("the witness cannot keep what it saw in " + file, e);
            }
        }
        return opinion;
    }
}
