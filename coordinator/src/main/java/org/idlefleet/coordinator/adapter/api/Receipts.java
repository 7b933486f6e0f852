package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;

import java.time.LocalDate;
import java.util.Optional;

/** Receipts of jobs and what is needed to check them. Thread-safe; may block. */
public interface Receipts {
    /**
     * The signed receipt of a job as of now; empty if nothing durable is known of it.
     *
     * @throws IllegalArgumentException if the job is too large for one; says which limit it met
     */
    Optional<SignedNote> of(JobId job);

    /** What fixes a day's audit draws, and their key once the day is over. */
    JobReceipt.Day day(LocalDate day);

    /** The key that signs. */
    NoteKey key();

    /** The certificate that the signers' certificates chain to, as PEM. */
    String authority();

    /** The exact bytes of a model's manifest, by its digest, if it is still kept. */
    Optional<byte[]> manifest(Digest digest);
}
