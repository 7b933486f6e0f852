/**
 * The proof that the ledger was not rewritten: a Merkle log with one leaf a transaction, signed
 * checkpoints, and verifiers that need nothing of ours running.
 *
 * <p>RFC 6962 hashes and proofs, C2SP tlog-tiles, checkpoints, signed notes and cosignatures. No
 * library here; signatures and files are in {@code proof.adapter}.
 */
@NullMarked
package org.idlefleet.ledger.proof;

import org.jspecify.annotations.NullMarked;
