@NullMarked
package org.idlefleet.ledger.adapter.policy;

import org.jspecify.annotations.NullMarked;
