package org.idlefleet.ledger.proof.adapter;

import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.proof.Chains;
import org.idlefleet.ledger.proof.NoteSigner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The two secrets of a proof log, kept in one file that only its user may read: the seed that signs
 * checkpoints, and the secret that makes commitments unguessable.
 */
record ProofKeys(NoteSigner signer, byte[] secret) {
    static ProofKeys loadOrCreate(Path file, String origin) throws IOException {
        int length = Ed25519.SEED_LENGTH + Chains.SECRET_LENGTH;
        if (!Files.exists(file)) {
            byte[] fresh = Arrays.copyOf(Ed25519.newSeed(), length);
            System.arraycopy(
                    Ed25519.newSeed(), 0, fresh, Ed25519.SEED_LENGTH, Chains.SECRET_LENGTH);
            DurableFile.replace(file, fresh);
        }
        byte[] both = Files.readAllBytes(file);
        if (both.length != length) {
            throw new LedgerException(
                    file
                            + " should hold the ledger's keys in "
                            + length
                            + " bytes, found "
                            + both.length
                            + ": restore it from a backup; without it earlier checkpoints cannot be"
                            + " continued");
        }
        return new ProofKeys(
                Ed25519.signer(origin, Arrays.copyOf(both, Ed25519.SEED_LENGTH)),
                Arrays.copyOfRange(both, Ed25519.SEED_LENGTH, length));
    }
}
