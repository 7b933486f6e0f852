package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.protocol.Digest;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Metadata of a role: what it says, and who signed it. Reading checks its shape; {@link #verify}
 * checks the signatures.
 *
 * @param bytes as they came
 */
record Signed(byte[] bytes, JsonNode signatures, JsonNode content) {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** A signature of a role that has this many keys is refused unread. */
    private static final int SIGNATURES_MAX = 64;

    static Signed read(Role role, byte[] bytes) throws UntrustedException {
        try {
            JsonNode json = JSON.readTree(bytes);
            JsonNode content = json.path("signed");
            var signed = new Signed(bytes, json.path("signatures"), content);
            if (!content.path("_type").asString("").equals(role.key())) {
                throw new UntrustedException(
                        role.key() + " is expected, found '" + content.path("_type") + "'");
            }
            if (signed.version() < 1
                    || !content.path("version").isIntegralNumber()
                    || !content.path("spec_version").asString("").startsWith("1.")
                    || signed.signatures.size() > SIGNATURES_MAX) {
                throw new UntrustedException(
                        role.key()
                                + " has a version from 1 up, a spec_version of 1 and at most "
                                + SIGNATURES_MAX
                                + " signatures");
            }
            signed.expires();
            return signed;
        } catch (JacksonException e) {
            throw new UntrustedException(role.key() + " is no JSON: " + e.getOriginalMessage());
        }
    }

    long version() {
        return content.path("version").asLong(0);
    }

    Digest digest() {
        return Digest.of(bytes);
    }

    private Instant expires() throws UntrustedException {
        try {
            return Instant.parse(content.path("expires").asString(""));
        } catch (DateTimeException e) {
            throw new UntrustedException(
                    "expires is a time such as 2026-11-22T20:00:00Z, found "
                            + content.path("expires"));
        }
    }

    /** Refuses what has ended. */
    void checkFresh(Role role, Instant now) throws UntrustedException {
        if (!expires().isAfter(now)) {
            throw new UntrustedException(
                    role.key()
                            + " version "
                            + version()
                            + " ended at "
                            + expires()
                            + ": the operator has to sign a new one");
        }
    }

    /** Refuses it unless enough different keys that {@code root} names for the role signed it. */
    void verify(JsonNode root, Role role) throws UntrustedException {
        JsonNode names = root.path("roles").path(role.key());
        long threshold = names.path("threshold").asLong(0);
        Set<String> wanted = new HashSet<>();
        names.path("keyids").forEach(id -> wanted.add(id.asString("")));
        if (threshold < 1 || wanted.size() < threshold) {
            throw new UntrustedException(
                    "the root gives " + role.key() + " fewer keys than it must sign with");
        }
        byte[] message;
        try {
            message = CanonicalJson.of(content);
        } catch (IllegalArgumentException e) {
            throw new UntrustedException(role.key() + ": " + e.getMessage());
        }
        Set<String> good = new HashSet<>();
        for (JsonNode signature : signatures) {
            String id = signature.path("keyid").asString("");
            JsonNode key = root.path("keys").path(id);
            if (wanted.contains(id)
                    && !good.contains(id)
                    && SigningKey.idOf(key).equals(id)
                    && SigningKey.verifies(key, message, signature.path("sig").asString(""))) {
                good.add(id);
            }
        }
        if (good.size() < threshold) {
            throw new UntrustedException(
                    role.key()
                            + " version "
                            + version()
                            + " needs "
                            + threshold
                            + " signatures of its keys, found "
                            + good.size());
        }
    }
}
