package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.edge.adapter.tuf.Repository.Signer;
import org.idlefleet.edge.adapter.tuf.TufClient.Target;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A repository in memory whose keys, versions and ends a test chooses; also what an attacker has.
 */
final class Publisher implements Metadata {
    static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    static final Instant LATER = NOW.plus(Duration.ofDays(1));

    final Map<Role, List<SigningKey>> keys = new EnumMap<>(Role.class);
    final Map<String, byte[]> files = new TreeMap<>();
    final List<Integer> asked = new ArrayList<>();

    /** Three keys for the root, of which two must sign, and one for each other role. */
    Publisher() {
        for (Role role : Role.values()) {
            var own = new ArrayList<SigningKey>();
            for (int i = 0; i < (role == Role.ROOT ? 3 : 1); i++) {
                own.add(SigningKey.generate());
            }
            keys.put(role, own);
        }
    }

    List<SigningKey> signers(Role role) {
        return keys.getOrDefault(role, List.of());
    }

    @Override
    public Optional<byte[]> fetch(String name, int bytesMax) throws IOException {
        asked.add(bytesMax);
        return Optional.ofNullable(files.get(name));
    }

    /** A root that says which keys there are now, signed by these. */
    byte[] root(long version, List<SigningKey> signers) {
        return root(version, LATER, signers);
    }

    byte[] root(long version, Instant expires, List<SigningKey> signers) {
        byte[] bytes = Signer.sign(Signer.root(version, expires, keys), signers);
        files.put(version + ".root.json", bytes);
        return bytes;
    }

    byte[] root(long version) {
        return root(version, signers(Role.ROOT));
    }

    /** All below the root in these versions. */
    void publish(long timestamp, long snapshot, long targets, Map<String, Target> what) {
        byte[] list = put(Role.TARGETS, targets, LATER, Signer.targets(what));
        byte[] lists = put(Role.SNAPSHOT, snapshot, LATER, Signer.listing(Role.TARGETS, list));
        put(Role.TIMESTAMP, timestamp, LATER, Signer.listing(Role.SNAPSHOT, lists));
    }

    byte[] put(Role role, long version, Instant expires, ObjectNode content) {
        return put(role, version, expires, content, signers(role));
    }

    byte[] put(
            Role role,
            long version,
            Instant expires,
            ObjectNode content,
            List<SigningKey> signers) {
        ObjectNode complete = Signer.head(role, version, expires);
        complete.setAll(content);
        byte[] bytes = Signer.sign(complete, signers);
        String file = role.key() + ".json";
        files.put(role == Role.TIMESTAMP ? file : version + "." + file, bytes);
        return bytes;
    }

    /** A new key for a role; the old one is returned. */
    SigningKey rotate(Role role) {
        SigningKey old = signers(role).getFirst();
        keys.put(role, List.of(SigningKey.generate()));
        return old;
    }
}
