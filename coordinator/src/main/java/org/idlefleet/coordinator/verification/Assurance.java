package org.idlefleet.coordinator.verification;

import java.util.Locale;

/**
 * How a client wants results checked. All but {@link #QUORUM} run a shard once and audit a share of
 * the results after they were committed to.
 *
 * <p>A share {@code q} lets one hostile owner get {@code (1 - q) / q} wrong results through on
 * average before it is convicted, however it goes about it: it strikes, and each strike is drawn
 * with probability {@code q}.
 */
public enum Assurance {
    /** Every shard by so many distinct owners who must agree; no audits. */
    QUORUM(0),
    /** Every result is audited. */
    VERIFIED(AuditDraw.ALL),
    STRICT(85_000),
    STANDARD(50_000),
    BULK(20_000),
    /** Only owners whom the operator trusts compute; no audits. */
    TRUSTED_ONLY(0);

    private final int auditPpm;

    Assurance(int auditPpm) {
        this.auditPpm = auditPpm;
    }

    /** Results drawn for an audit, of a million. */
    public int auditPpm() {
        return auditPpm;
    }

    /** Whether one execution is audited after its commit. */
    public boolean audited() {
        return auditPpm > 0;
    }

    /**
     * Whether it promises less than the other, by what an adversary gets through: votes alone find
     * no conspiracy out, more audits find liars sooner, and the trusted are beyond doubt.
     */
    public boolean weakerThan(Assurance other) {
        return strength() < other.strength();
    }

    private int strength() {
        return switch (this) {
            case QUORUM -> 0;
            case BULK -> 1;
            case STANDARD -> 2;
            case STRICT -> 3;
            case VERIFIED -> 4;
            case TRUSTED_ONLY -> 5;
        };
    }

    /** As clients write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What the client can rely on, in a sentence. */
    public String bound() {
        return switch (this) {
            case QUORUM ->
                    "results on which the asked number of owners agree; owners who conspire and"
                            + " hold all replicas of a shard are not found out";
            case VERIFIED -> "every result recomputed by another owner after it was committed to";
            case STRICT, STANDARD, BULK ->
                    String.format(
                            Locale.ROOT,
                            "%.1f %% of results audited; a hostile owner gets at most %.1f wrong"
                                    + " results through on average before its conviction",
                            auditPpm / 1e4,
                            (AuditDraw.ALL - auditPpm) / (double) auditPpm);
            case TRUSTED_ONLY -> "computed only by owners whom the operator trusts";
        };
    }
}
