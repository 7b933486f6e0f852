@NullMarked
package org.idlefleet.ledger.proof;

import org.jspecify.annotations.NullMarked;
