@NullMarked
package org.idlefleet.ledger.adapter.payout;

import org.jspecify.annotations.NullMarked;
