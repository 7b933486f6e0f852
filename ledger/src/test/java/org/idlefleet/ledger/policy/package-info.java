@NullMarked
package org.idlefleet.ledger.policy;

import org.jspecify.annotations.NullMarked;
