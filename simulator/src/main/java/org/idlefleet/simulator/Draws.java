package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.Digest;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Draws again what a settlement says was drawn, written a second time from its description. */
final class Draws {
    private final byte[] secret;

    Draws(Digest secret) {
        this.secret = secret.raw();
    }

    AuditDraw.Draw again(ShardSettled settled) {
        if (settled.auditPpm() == 0) {
            return AuditDraw.Draw.NONE;
        }
        Digest commit =
                settled.agreeing().stream()
                        .filter(ballot -> ballot.lease().equals(settled.canonical()))
                        .findFirst()
                        .orElseThrow()
                        .commit();
        ByteBuffer drawn = drawn(settled, commit);
        boolean audited = share(drawn.getLong()) < settled.auditPpm();
        boolean trusted = share(drawn.getLong()) < 100_000;
        long reviewed = 10_000L * 1_000_000 / settled.auditPpm();
        return new AuditDraw.Draw(audited, trusted, audited && share(drawn.getLong()) < reviewed);
    }

    /** Whether the result that this ballot found right is given out again as a ringer. */
    boolean ringer(ShardSettled audit, Ballot trusted, int ringersPpm) {
        return share(drawn(audit, trusted.commit()).getLong()) < ringersPpm;
    }

    private ByteBuffer drawn(ShardSettled settled, Digest commit) {
        ByteBuffer text =
                ByteBuffer.allocate(44)
                        .putLong(settled.job().number())
                        .putInt(settled.shard())
                        .put(commit.raw());
        return ByteBuffer.wrap(hmac(dayKey(settled.at()), text.array()));
    }

    private byte[] dayKey(Instant at) {
        long day = LocalDate.ofInstant(at, ZoneOffset.UTC).toEpochDay();
        return hmac(secret, ("idlefleet audit " + day).getBytes(StandardCharsets.US_ASCII));
    }

    /** The place of an unsigned number in its range, in millionths. */
    private static long share(long unsigned) {
        return new BigInteger(Long.toUnsignedString(unsigned))
                .multiply(BigInteger.valueOf(1_000_000))
                .shiftRight(64)
                .longValueExact();
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
