package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Draws the results that are audited, by HMAC-SHA256 over job, shard and commit under a key that
 * changes every day. Before a node has committed nobody can know whether its result is drawn;
 * afterwards whoever is shown the day's key can draw again. One thread.
 */
public final class AuditDraw {
    /** Everything, in parts of a million. */
    public static final int ALL = 1_000_000;

    /** Of the audits, so many in a million go to a trusted owner, if there is one. */
    public static final int TRUSTED_PPM = 100_000;

    /**
     * Of all results, so many in a million are reviewed: a trusted owner looks at them after their
     * audit, whatever the auditor said, so that who covers up for a friend risks himself.
     */
    public static final int REVIEWED_PPM = 10_000;

    private static final byte[] COMMITMENT =
            "idlefleet audit day key v1\n".getBytes(StandardCharsets.US_ASCII);

    private final Hmac draws = new Hmac();
    private final Hmac keys = new Hmac();
    private long day = Long.MIN_VALUE;

    /**
     * @param secret at least 16 bytes that nobody outside knows
     */
    public AuditDraw(byte[] secret) {
        if (secret.length < 16) {
            throw new IllegalArgumentException(
                    "the audit secret has at least 16 bytes, found " + secret.length);
        }
        keys.key(secret);
    }

    /**
     * What was drawn for a commit.
     *
     * @param audited whether the result is audited
     * @param trusted whether a trusted owner is to do it, if there is one
     * @param reviewed whether one is to look after somebody else did it; of audited ones only
     */
    public record Draw(boolean audited, boolean trusted, boolean reviewed) {
        public static final Draw NONE = new Draw(false, false, false);
    }

    /**
     * Draws.
     *
     * @param ppm results audited, of a million: 0 for none, {@link #ALL} for all
     */
    public Draw draw(JobId job, int shard, Digest commit, int ppm, Instant at) {
        if (ppm <= 0) {
            return Draw.NONE;
        }
        return drawn(hash(job, shard, commit, at), ppm);
    }

    /**
     * Whether an audit that nobody could do now waits for somebody: a part of the same hash that
     * decides nothing else.
     *
     * @param ppm of a million such audits: 0 for none, {@link #ALL} for all
     */
    public boolean waits(JobId job, int shard, Digest commit, int ppm, Instant at) {
        return below(ByteBuffer.wrap(hash(job, shard, commit, at)).getLong(3 * Long.BYTES), ppm);
    }

    /**
     * How many of a million audits are reviewed.
     *
     * @param ppm results audited, of a million, at least one
     */
    public static int reviewedPpm(int ppm) {
        return (int) Math.min(ALL, (long) REVIEWED_PPM * ALL / ppm);
    }

    /** The key of the day in which {@code at} lies (UTC): shown after that day, it proves draws. */
    public byte[] dayKey(Instant at) {
        return keys.doFinal(("idlefleet audit " + day(at)).getBytes(StandardCharsets.US_ASCII));
    }

    /** What fixes a day's key before it is shown: its SHA-256 behind a word of its own. */
    public static Digest commitment(byte[] dayKey) {
        return Digest.of(COMMITMENT, dayKey);
    }

    /**
     * Draws as the holder of a day's key can do it again.
     *
     * @param ppm results audited, of a million: more than 0
     */
    public static Draw draw(byte[] dayKey, JobId job, int shard, Digest commit, int ppm) {
        var hmac = new Hmac();
        hmac.key(dayKey);
        return drawn(hmac.doFinal(message(job, shard, commit)), ppm);
    }

    private static Draw drawn(byte[] hash, int ppm) {
        ByteBuffer drawn = ByteBuffer.wrap(hash);
        boolean audited = below(drawn.getLong(), ppm);
        return new Draw(
                audited,
                below(drawn.getLong(), TRUSTED_PPM),
                below(drawn.getLong(), reviewedPpm(ppm)) && audited);
    }

    private byte[] hash(JobId job, int shard, Digest commit, Instant at) {
        if (day(at) != day) {
            day = day(at);
            draws.key(dayKey(at));
        }
        return draws.doFinal(message(job, shard, commit));
    }

    private static byte[] message(JobId job, int shard, Digest commit) {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + Digest.BYTES)
                .putLong(job.number())
                .putInt(shard)
                .put(commit.raw())
                .array();
    }

    /** A uniform 64-bit number below the share {@code ppm} of its range. */
    private static boolean below(long uniform, int ppm) {
        return Math.unsignedMultiplyHigh(uniform, ALL) < ppm;
    }

    private static long day(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), 86_400L);
    }
}
