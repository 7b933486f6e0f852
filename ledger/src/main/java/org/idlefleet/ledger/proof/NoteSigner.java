package org.idlefleet.ledger.proof;

/** A private key that signs notes under its name. */
public interface NoteSigner {
    NoteKey key();

    /** 64 bytes of Ed25519 over the message. */
    byte[] sign(byte[] message);
}
