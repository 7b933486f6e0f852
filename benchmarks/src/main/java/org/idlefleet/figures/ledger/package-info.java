/** Figures of the ledger: how fast, how large, how provable, and what a crash leaves of it. */
@NullMarked
package org.idlefleet.figures.ledger;

import org.jspecify.annotations.NullMarked;
