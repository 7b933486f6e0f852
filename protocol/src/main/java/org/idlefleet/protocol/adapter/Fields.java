package org.idlefleet.protocol.adapter;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnsafeByteOperations;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.wire.LeaseMsg;
import org.idlefleet.protocol.wire.NumericClassMsg;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The fields that several messages share, written, and read with every check. Thread-safe. */
final class Fields {
    /** Bytes of the number that a node mixes into its commit. */
    static final int NONCE_BYTES = 16;

    /** Longest time that a message may name; a longer one is a mistake. */
    private static final long MILLIS_MAX = Duration.ofDays(366).toMillis();

    private final WireLimits limits;
    private final int textChars;

    Fields(WireLimits limits) {
        this.limits = limits;
        this.textChars = limits.count(WireLimit.TEXT_CHARS);
    }

    /** The names of a message's fields by their numbers; empty where there is none. */
    static List<String> names(Descriptor message) {
        var names = new ArrayList<String>();
        for (FieldDescriptor field : message.getFields()) {
            while (names.size() <= field.getNumber()) {
                names.add("");
            }
            names.set(field.getNumber(), field.getName());
        }
        return List.copyOf(names);
    }

    static ByteString bytes(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    static ByteString digest(Digest digest) {
        return bytes(digest.raw());
    }

    static LeaseMsg lease(Lease lease) {
        return LeaseMsg.newBuilder()
                .setJob(lease.job().number())
                .setShard(lease.shard())
                .setAttempt(lease.attempt())
                .setEpoch(lease.epoch())
                .build();
    }

    NumericClassMsg numericClass(NumericClass numericClass) {
        return NumericClassMsg.newBuilder()
                .setRuntime(cut(numericClass.runtime()))
                .setProvider(cut(numericClass.provider()))
                .setPrecision(cut(numericClass.precision()))
                .setProcessor(cut(numericClass.processor()))
                .setProbe(cut(numericClass.probe()))
                .build();
    }

    static long millis(Duration duration) {
        return Math.clamp(duration.toMillis(), 0, MILLIS_MAX);
    }

    static long micros(Duration duration) {
        return Math.clamp(duration.toNanos() / 1_000, 0, MILLIS_MAX * 1_000);
    }

    /** A text of ours, cut to what the peer takes: a long reason must not end a connection. */
    String cut(String text) {
        return text.length() <= textChars ? text : text.substring(0, textChars);
    }

    static Lease lease(String message, boolean present, LeaseMsg lease) throws WireException {
        if (!present) {
            throw new WireException(message + ".lease", "is missing");
        }
        try {
            return new Lease(
                    new JobId(lease.getJob()),
                    lease.getShard(),
                    lease.getAttempt(),
                    lease.getEpoch());
        } catch (IllegalArgumentException e) {
            throw new WireException(message + ".lease", e);
        }
    }

    static Digest digest(String field, ByteString raw) throws WireException {
        if (raw.size() != Digest.BYTES) {
            throw new WireException(
                    field, "a SHA-256 digest has " + Digest.BYTES + " bytes, found " + raw.size());
        }
        ByteBuffer words = raw.asReadOnlyByteBuffer();
        return new Digest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    static byte[] nonce(String field, ByteString nonce) throws WireException {
        if (nonce.size() != NONCE_BYTES) {
            throw new WireException(
                    field, "a nonce has " + NONCE_BYTES + " bytes, found " + nonce.size());
        }
        return nonce.toByteArray();
    }

    /** A node's signature; none from one that does not sign. */
    static byte[] signature(String field, ByteString signature) throws WireException {
        if (!signature.isEmpty() && signature.size() != NodeSignature.SIGNATURE_BYTES) {
            throw new WireException(
                    field,
                    "a signature has "
                            + NodeSignature.SIGNATURE_BYTES
                            + " bytes, or none, found "
                            + signature.size());
        }
        return signature.toByteArray();
    }

    static Duration millis(String field, long millis) throws WireException {
        return Duration.ofMillis(between(field, 0, millis, MILLIS_MAX));
    }

    static Duration micros(String field, long micros) throws WireException {
        return Duration.ofNanos(between(field, 0, micros, MILLIS_MAX * 1_000) * 1_000);
    }

    static long between(String field, long min, long value, long max) throws WireException {
        if (value < min || value > max) {
            throw new WireException(
                    field, "is " + min + " to " + max + ", found " + Long.toUnsignedString(value));
        }
        return value;
    }

    String text(String field, String text) throws WireException {
        within(field, WireLimit.TEXT_CHARS, text.length());
        return text;
    }

    NumericClass numericClass(String field, boolean present, NumericClassMsg numericClass)
            throws WireException {
        if (!present) {
            throw new WireException(field, "is missing");
        }
        var found =
                new NumericClass(
                        text(field + ".runtime", numericClass.getRuntime()),
                        text(field + ".provider", numericClass.getProvider()),
                        text(field + ".precision", numericClass.getPrecision()),
                        text(field + ".processor", numericClass.getProcessor()),
                        text(field + ".probe", numericClass.getProbe()));
        try {
            found.checkWritable();
        } catch (IllegalArgumentException e) {
            throw new WireException(field, String.valueOf(e.getMessage()));
        }
        return found;
    }

    /** Checks a count against a limit. */
    void within(String field, WireLimit limit, long found) throws WireException {
        if (found > limits.get(limit)) {
            throw new WireException(field, limit, limits, found);
        }
    }

    long max(WireLimit limit) {
        return limits.get(limit);
    }
}
