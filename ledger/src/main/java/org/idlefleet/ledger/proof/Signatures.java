package org.idlefleet.ledger.proof;

/** Whether a signature fits: an Ed25519 public key, what was signed, 64 bytes of signature. */
@FunctionalInterface
public interface Signatures {
    boolean verify(byte[] publicKey, byte[] message, byte[] signature);
}
