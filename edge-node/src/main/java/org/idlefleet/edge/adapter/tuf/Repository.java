package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.edge.adapter.tuf.TufClient.Target;
import org.idlefleet.protocol.Digest;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The operator's side of one repository: a folder with metadata to publish and one with keys, of
 * which those of the root belong offline. The timestamp is written last, so a reader sees the old
 * state or the new one.
 */
public final class Repository {
    private final Path metadata;
    private final Path keys;

    /**
     * @param metadata what is published
     * @param keys one a role and number, such as {@code root-1.key}
     */
    public Repository(Path metadata, Path keys) {
        this.metadata = metadata;
        this.keys = keys;
    }

    /** How long a role's word counts from its signing on. */
    private static Duration life(Role role) {
        return Duration.ofDays(
                switch (role) {
                    case ROOT -> 365;
                    case TARGETS -> 90;
                    case SNAPSHOT -> 7;
                    case TIMESTAMP -> 1;
                });
    }

    /**
     * Makes keys and an empty repository.
     *
     * @param keysOfRoot how many keys the root has; more than half of them must sign
     */
    public void create(int keysOfRoot, Instant now) throws IOException {
        if (Files.exists(metadata.resolve("root.json"))) {
            throw new IOException(metadata + " is a repository already");
        }
        Files.createDirectories(metadata);
        Files.createDirectories(keys);
        Map<Role, List<SigningKey>> signers = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            var own = new ArrayList<SigningKey>();
            for (int i = 1; i <= (role == Role.ROOT ? keysOfRoot : 1); i++) {
                SigningKey key = SigningKey.generate();
                key.save(keys, role.key() + "-" + i);
                own.add(key);
            }
            signers.put(role, own);
        }
        publishRoot(
                Signer.root(1, now.plus(life(Role.ROOT)), signers),
                1,
                signers.getOrDefault(Role.ROOT, List.of()));
        publish(new TreeMap<>(), now);
    }

    /** Names more files as genuine, and signs everything below the root anew. */
    public void add(Map<String, Target> more, Instant now) throws IOException {
        var all = new TreeMap<String, Target>();
        JsonNode before = read("targets.json").path("targets");
        for (String name : before.propertyNames()) {
            JsonNode target = before.path(name);
            all.put(
                    name,
                    new Target(
                            target.path("length").asLong(),
                            Digest.ofHex(target.path("hashes").path("sha256").asString())));
        }
        all.putAll(more);
        publish(all, now);
    }

    /** Publishes a file and names it as genuine, in place of what had its name before. */
    public void publish(String name, byte[] bytes, Instant now) throws IOException {
        var target = new Target(bytes.length, Digest.of(bytes));
        Path file = metadata.resolve(TufClient.stored(name, target));
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Durable.write(file, bytes);
        add(Map.of(name, target), now);
    }

    /** Gives a role a new key in place of its first; the old one is worth nothing from then on. */
    public void rotate(Role role, Instant now) throws IOException {
        List<SigningKey> old = signers(Role.ROOT);
        SigningKey fresh = SigningKey.generate();
        for (String end : List.of(".key", ".pub")) {
            Files.move(
                    keys.resolve(role.key() + "-1" + end),
                    keys.resolve(role.key() + "-1.until-" + now.getEpochSecond() + end));
        }
        fresh.save(keys, role.key() + "-1");
        Map<Role, List<SigningKey>> signers = new EnumMap<>(Role.class);
        for (Role each : Role.values()) {
            signers.put(each, signers(each));
        }
        long version = read("root.json").path("version").asLong() + 1;
        var both = new ArrayList<>(old);
        signers.getOrDefault(Role.ROOT, List.of()).stream()
                .filter(key -> old.stream().noneMatch(other -> other.id().equals(key.id())))
                .forEach(both::add);
        publishRoot(Signer.root(version, now.plus(life(Role.ROOT)), signers), version, both);
        add(Map.of(), now);
    }

    private List<SigningKey> signers(Role role) throws IOException {
        var signers = new ArrayList<SigningKey>();
        for (int i = 1; Files.exists(keys.resolve(role.key() + "-" + i + ".key")); i++) {
            signers.add(SigningKey.load(keys, role.key() + "-" + i));
        }
        if (signers.isEmpty()) {
            throw new IOException(
                    "there is no " + keys.resolve(role.key() + "-1.key") + ", which must sign");
        }
        return signers;
    }

    private void publishRoot(ObjectNode root, long version, List<SigningKey> signers)
            throws IOException {
        byte[] bytes = Signer.sign(root, signers);
        Durable.write(metadata.resolve(version + ".root.json"), bytes);
        Durable.write(metadata.resolve("root.json"), bytes);
    }

    private void publish(Map<String, Target> files, Instant now) throws IOException {
        byte[] targets = publish(Role.TARGETS, Signer.targets(files), now);
        byte[] snapshot = publish(Role.SNAPSHOT, Signer.listing(Role.TARGETS, targets), now);
        publish(Role.TIMESTAMP, Signer.listing(Role.SNAPSHOT, snapshot), now);
    }

    private byte[] publish(Role role, ObjectNode content, Instant now) throws IOException {
        String file = role.key() + ".json";
        long version = read(file).path("version").asLong(0) + 1;
        ObjectNode complete = Signer.head(role, version, now.plus(life(role)));
        complete.setAll(content);
        byte[] bytes = Signer.sign(complete, signers(role));
        if (role != Role.TIMESTAMP) {
            Durable.write(metadata.resolve(version + "." + file), bytes);
        }
        Durable.write(metadata.resolve(file), bytes);
        return bytes;
    }

    /** What a file of ours says; an empty object if it is not there. */
    private JsonNode read(String file) throws IOException {
        Path path = metadata.resolve(file);
        return Files.exists(path)
                ? JsonMapper.shared().readTree(Files.readAllBytes(path)).path("signed")
                : JsonMapper.shared().createObjectNode();
    }

    /** Metadata as it is written and signed. */
    static final class Signer {
        private Signer() {}

        static ObjectNode head(Role role, long version, Instant expires) {
            return JsonMapper.shared()
                    .createObjectNode()
                    .put("_type", role.key())
                    .put("spec_version", "1.0.31")
                    .put("version", version)
                    .put("expires", expires.truncatedTo(ChronoUnit.SECONDS).toString());
        }

        static ObjectNode root(long version, Instant expires, Map<Role, List<SigningKey>> signers) {
            ObjectNode root = head(Role.ROOT, version, expires).put("consistent_snapshot", true);
            ObjectNode keys = root.putObject("keys");
            ObjectNode roles = root.putObject("roles");
            signers.forEach((role, own) -> {
                ObjectNode entry = roles.putObject(role.key());
                entry.put("threshold", own.size() / 2 + 1);
                ArrayNode ids = entry.putArray("keyids");
                for (SigningKey key : own) {
                    ids.add(key.id());
                    keys.set(key.id(), key.describe());
                }
            });
            return root;
        }

        static ObjectNode targets(Map<String, Target> files) {
            ObjectNode content = JsonMapper.shared().createObjectNode();
            ObjectNode targets = content.putObject("targets");
            files.forEach((name, target) -> describe(targets.putObject(name), target));
            return content;
        }

        /** The list of one file of metadata. */
        static ObjectNode listing(Role listed, byte[] bytes) {
            ObjectNode content = JsonMapper.shared().createObjectNode();
            ObjectNode meta = content.putObject("meta").putObject(listed.key() + ".json");
            JsonNode version = JsonMapper.shared().readTree(bytes).path("signed").path("version");
            describe(
                    meta.put("version", version.asLong()),
                    new Target(bytes.length, Digest.of(bytes)));
            return content;
        }

        private static void describe(ObjectNode node, Target target) {
            node.put("length", target.bytes());
            node.putObject("hashes").put("sha256", target.digest().hex());
        }

        static byte[] sign(ObjectNode content, List<SigningKey> signers) {
            ObjectNode signed = JsonMapper.shared().createObjectNode();
            ArrayNode signatures = signed.putArray("signatures");
            byte[] message = CanonicalJson.of(content);
            for (SigningKey key : signers) {
                signatures.addObject().put("keyid", key.id()).put("sig", key.sign(message));
            }
            signed.set("signed", content);
            return JsonMapper.shared().writeValueAsBytes(signed);
        }
    }
}
