package org.idlefleet.ledger;

/**
 * Who takes part in a settlement. The order is the order in which equal claims to a leftover
 * millionth are met.
 */
public enum Party {
    /** The owners whose nodes returned the agreed result. */
    OWNER,
    PLATFORM,
    /** The reserve that pays audits and re-runs. */
    VERIFICATION
}
