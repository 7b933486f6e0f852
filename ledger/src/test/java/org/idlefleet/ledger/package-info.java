@NullMarked
package org.idlefleet.ledger;

import org.jspecify.annotations.NullMarked;
