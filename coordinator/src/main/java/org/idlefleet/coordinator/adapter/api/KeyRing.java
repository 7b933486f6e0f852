package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.View;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that open the door, by the hash of their secrets. A key reads {@code id.secret}; the
 * secret has 256 random bits, so a plain hash protects it. Thread-safe.
 */
final class KeyRing {
    /** The id of the first operator's key. */
    static final String ADMIN = "admin";

    /** Before an operator's name; no client's key begins so. */
    private static final String OPERATOR = "op-";

    private static final int ID_BYTES = 6;
    private static final int SECRET_BYTES = 32;
    private static final int KEY_LENGTH_MAX = 200;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final SecureRandom random;
    private final ApiConfig.Rates rates;
    private final byte[] nobody;

    /**
     * @param adminKey {@code admin.secret}
     */
    KeyRing(String adminKey, ApiConfig.Rates rates, SecureRandom random) {
        this.random = random;
        this.rates = rates;
        this.nobody = new byte[Digest.BYTES];
        random.nextBytes(nobody);
        if (!adminKey.startsWith(ADMIN + ".") || adminKey.length() < ADMIN.length() + 33) {
            throw new IllegalArgumentException(
                    "the admin key reads 'admin.' and a secret of at least 32 characters");
        }
        entries.put(
                ADMIN,
                new Entry(
                        hash(adminKey.substring(ADMIN.length() + 1)).raw(),
                        new Caller.Operator(ADMIN, EnumSet.allOf(Role.class))));
    }

    private record Entry(byte[] hash, Caller caller) {}

    /** A key that was just made; its secret is shown once and stored nowhere. */
    record Fresh(String id, String key, Digest hash) {}

    static String freshAdminKey(SecureRandom random) {
        return ADMIN + "." + text(random, SECRET_BYTES);
    }

    Fresh fresh() {
        String id = "k" + text(random, ID_BYTES).replace('-', 'x').replace('_', 'y');
        String secret = text(random, SECRET_BYTES);
        return new Fresh(id, id + "." + secret, hash(secret));
    }

    /** A new key for an operator. */
    Fresh freshOperator(String operator) {
        String secret = text(random, SECRET_BYTES);
        String id = OPERATOR + operator;
        return new Fresh(id, id + "." + secret, hash(secret));
    }

    /** Lets an operator in by the key whose secret has this hash. */
    void add(String operator, Set<Role> roles, Digest hash) {
        entries.put(
                OPERATOR + operator, new Entry(hash.raw(), new Caller.Operator(operator, roles)));
    }

    void removeOperator(String operator) {
        entries.remove(OPERATOR + operator);
    }

    /** Takes on the clients' keys that the core knows; those that it does not know are gone. */
    void replace(List<View.ApiKey> keys) {
        entries.entrySet()
                .removeIf(entry ->
                        entry.getValue().caller() instanceof Caller.Client
                                && keys.stream()
                                        .noneMatch(key -> key.key().equals(entry.getKey())));
        keys.forEach(key -> add(key.key(), key.client(), key.secretHash()));
    }

    void add(String id, ClientId client, Digest hash) {
        entries.computeIfAbsent(
                id,
                _ ->
                        new Entry(
                                hash.raw(),
                                new Caller.Client(id, client, new Pace(rates, System.nanoTime()))));
    }

    /** A client's key is worth nothing any more. */
    void remove(String id) {
        entries.computeIfPresent(
                id, (_, entry) -> entry.caller() instanceof Caller.Client ? null : entry);
    }

    /**
     * Whom the key belongs to. An unknown id costs the same comparison as a wrong secret, so the
     * time taken tells nothing.
     */
    Optional<Caller> caller(String key) {
        int dot = key.indexOf('.');
        boolean shaped = dot > 0 && key.length() <= KEY_LENGTH_MAX;
        Entry entry = shaped ? entries.get(key.substring(0, dot)) : null;
        byte[] found = hash(shaped ? key.substring(dot + 1) : "").raw();
        boolean equal = MessageDigest.isEqual(found, entry == null ? nobody : entry.hash());
        return equal && entry != null ? Optional.of(entry.caller()) : Optional.empty();
    }

    /** SHA-256 of the text's UTF-8 bytes: how secrets and tokens are stored. */
    static Digest hash(String secret) {
        return Digest.of(secret.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(SecureRandom random, int bytes) {
        var raw = new byte[bytes];
        random.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }
}
