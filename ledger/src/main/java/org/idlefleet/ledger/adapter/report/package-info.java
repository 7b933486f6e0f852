/** Papers for others than us: a client's invoice, and what owners earned in a year. */
@NullMarked
package org.idlefleet.ledger.adapter.report;

import org.jspecify.annotations.NullMarked;
