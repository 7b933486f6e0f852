/**
 * What work is worth and who gets which part of it: pure rules, versioned; no clock, no library.
 */
@NullMarked
package org.idlefleet.ledger.policy;

import org.jspecify.annotations.NullMarked;
