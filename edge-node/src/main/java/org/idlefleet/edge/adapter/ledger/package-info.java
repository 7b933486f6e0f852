/** What the node saw of the coordinator's ledger, kept so that nobody can deny it later. */
@NullMarked
package org.idlefleet.edge.adapter.ledger;

import org.jspecify.annotations.NullMarked;
