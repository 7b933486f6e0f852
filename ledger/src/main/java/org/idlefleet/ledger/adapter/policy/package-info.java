/** The policy file, and what a policy would have paid. */
@NullMarked
package org.idlefleet.ledger.adapter.policy;

import org.jspecify.annotations.NullMarked;
