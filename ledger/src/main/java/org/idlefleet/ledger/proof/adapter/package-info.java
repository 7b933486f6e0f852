/** Ed25519 by Bouncy Castle, and the SQLite file of the proof log. */
@NullMarked
package org.idlefleet.ledger.proof.adapter;

import org.jspecify.annotations.NullMarked;
