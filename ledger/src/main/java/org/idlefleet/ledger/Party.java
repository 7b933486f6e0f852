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
    VERIFICATION,
    /** Owners whose nodes checked the result; the verification reserve if nobody did. */
    AUDITORS,
    /** The organisation that the device belongs to; the owner if there is none. */
    FLEET,
    /** Who brought the owner; the platform if nobody did. */
    REFERRER
}
