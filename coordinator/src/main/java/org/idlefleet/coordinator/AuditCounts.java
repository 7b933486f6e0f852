package org.idlefleet.coordinator;

/**
 * What became of the audits of one job; of a job that is an audit itself, what its shards found.
 *
 * @param drawn results that were drawn
 * @param passed audits that found the result right
 * @param refuted audits that found it wrong
 * @param unchecked audits that came to no end: nobody could do them, or the result was at the edge
 *     of the tolerance, or of a numeric class that the auditor could not judge
 */
public record AuditCounts(int drawn, int passed, int refuted, int unchecked) {
    public static final AuditCounts NONE = new AuditCounts(0, 0, 0, 0);

    AuditCounts withDrawn() {
        return new AuditCounts(drawn + 1, passed, refuted, unchecked);
    }

    AuditCounts withPassed() {
        return new AuditCounts(drawn, passed + 1, refuted, unchecked);
    }

    AuditCounts withRefuted() {
        return new AuditCounts(drawn, passed, refuted + 1, unchecked);
    }

    AuditCounts withUnchecked() {
        return new AuditCounts(drawn, passed, refuted, unchecked + 1);
    }
}
