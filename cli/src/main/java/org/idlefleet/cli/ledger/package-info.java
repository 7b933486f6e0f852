/** What the ledger's commands do that is more than asking and printing. */
@NullMarked
package org.idlefleet.cli.ledger;

import org.jspecify.annotations.NullMarked;
