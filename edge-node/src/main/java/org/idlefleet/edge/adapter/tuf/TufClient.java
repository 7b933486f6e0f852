package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.protocol.Digest;
import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One repository of The Update Framework as a client sees it: the workflow of its specification,
 * section 5, with consistent snapshots and without delegations. What it trusts lies in a {@link
 * TrustStore}; each step is written only after all its checks, so a power cut leaves the state
 * before or after a step. Owned by one thread.
 */
public final class TufClient {
    /** Most new roots in one update. */
    static final int ROOTS_MAX = 256;

    private static final String ROOT = "root.json";

    private final Metadata source;
    private final TrustStore store;

    public TufClient(Metadata source, TrustStore store) {
        this.source = source;
        this.store = store;
    }

    /**
     * A file that a repository vouches for.
     *
     * @param bytes its length
     */
    public record Target(long bytes, Digest digest) {}

    /** The newest list of files that could be trusted. */
    public static final class Targets {
        private final Signed signed;

        private Targets(Signed signed) {
            this.signed = signed;
        }

        /** The version of the list. */
        public long version() {
            return signed.version();
        }

        /** What the list says of a file; empty if it does not name it. */
        public Optional<Target> find(String name) throws UntrustedException {
            JsonNode target = signed.content().path("targets").path(name);
            return target.isMissingNode() ? Optional.empty() : Optional.of(target(target));
        }

        /** Every file. */
        public Map<String, Target> all() throws UntrustedException {
            var all = new TreeMap<String, Target>();
            for (Map.Entry<String, JsonNode> entry :
                    signed.content().path("targets").properties()) {
                all.put(entry.getKey(), target(entry.getValue()));
            }
            return all;
        }
    }

    /**
     * Takes the first root, which the owner got on a way that he trusts; later calls change
     * nothing.
     */
    public void trust(byte[] root) throws IOException, UntrustedException {
        if (store.read(ROOT).isEmpty()) {
            Signed first = Signed.read(Role.ROOT, root);
            first.verify(first.content(), Role.ROOT);
            store.write(ROOT, root);
        }
    }

    /**
     * Brings everything up to date.
     *
     * @param now the time that nothing may have ended at
     * @throws UntrustedException if something is not as it must be; what was trusted before stays
     * @throws IOException if the repository or the store can't be reached
     */
    public Targets update(Instant now) throws IOException, UntrustedException {
        Signed root = root(now);
        Signed timestamp = timestamp(root, now);
        Signed snapshot = snapshot(root, timestamp, now);
        return new Targets(targets(root, snapshot, now));
    }

    /**
     * A file that {@code targets} names, from where the metadata is: in its folder under its digest
     * and its name, as consistent snapshots have it. Empty if it is not named.
     *
     * @param bytesMax most bytes that are wanted
     * @throws UntrustedException if it is another than the one named
     */
    public Optional<byte[]> file(Targets targets, String name, int bytesMax)
            throws IOException, UntrustedException {
        Optional<Target> named = targets.find(name);
        if (named.isEmpty()) {
            return Optional.empty();
        }
        if (named.get().bytes() > bytesMax) {
            throw new UntrustedException(
                    name + " has at most " + bytesMax + " bytes, found " + named.get().bytes());
        }
        Optional<byte[]> bytes = source.fetch(stored(name, named.get()), bytesMax);
        if (bytes.isEmpty()
                || bytes.get().length != named.get().bytes()
                || !Digest.of(bytes.get()).equals(named.get().digest())) {
            throw new UntrustedException(name + " is not the file that is named, or missing");
        }
        return bytes;
    }

    /** Where a file lies, next to the metadata. */
    static String stored(String name, Target target) {
        int folder = name.lastIndexOf('/') + 1;
        return name.substring(0, folder) + target.digest().hex() + "." + name.substring(folder);
    }

    /** What was trusted last, without asking anybody; empty if it has ended or never was. */
    public Optional<Targets> known(Instant now) throws IOException {
        try {
            Signed root = stored(ROOT, Role.ROOT);
            Signed targets = stored(file(Role.TARGETS), Role.TARGETS);
            Signed snapshot = stored(file(Role.SNAPSHOT), Role.SNAPSHOT);
            if (root == null || targets == null || snapshot == null) {
                return Optional.empty();
            }
            targets.verify(root.content(), Role.TARGETS);
            snapshot.verify(root.content(), Role.SNAPSHOT);
            targets.checkFresh(Role.TARGETS, now);
            snapshot.checkFresh(Role.SNAPSHOT, now);
            matches(snapshot, Role.TARGETS, targets);
            return Optional.of(new Targets(targets));
        } catch (UntrustedException e) {
            return Optional.empty();
        }
    }

    /** From the trusted root to the newest, one version after the other, none left out. */
    private Signed root(Instant now) throws IOException, UntrustedException {
        Signed root = stored(ROOT, Role.ROOT);
        if (root == null) {
            throw new UntrustedException("there is no root to begin with");
        }
        for (int i = 0; i < ROOTS_MAX; i++) {
            String name = (root.version() + 1) + ".root.json";
            Optional<byte[]> bytes = source.fetch(name, Role.ROOT.bytesMax());
            if (bytes.isEmpty()) {
                break;
            }
            Signed next = read(Role.ROOT, bytes.get());
            next.verify(root.content(), Role.ROOT);
            next.verify(next.content(), Role.ROOT);
            if (next.version() != root.version() + 1) {
                throw new UntrustedException(name + " says that it is version " + next.version());
            }
            // New keys of these roles: what old keys said of versions must not bind the new ones.
            if (rotated(root, next, Role.TIMESTAMP) || rotated(root, next, Role.SNAPSHOT)) {
                store.delete(file(Role.TIMESTAMP));
                store.delete(file(Role.SNAPSHOT));
            }
            if (rotated(root, next, Role.TARGETS)) {
                store.delete(file(Role.TARGETS));
            }
            store.write(ROOT, next.bytes());
            root = next;
        }
        root.checkFresh(Role.ROOT, now);
        return root;
    }

    private static boolean rotated(Signed before, Signed after, Role role) {
        return !before.content()
                .path("roles")
                .path(role.key())
                .equals(after.content().path("roles").path(role.key()));
    }

    private Signed timestamp(Signed root, Instant now) throws IOException, UntrustedException {
        Signed next = read(Role.TIMESTAMP, fetch("timestamp.json", Role.TIMESTAMP));
        next.verify(root.content(), Role.TIMESTAMP);
        Signed before = trusted(root, Role.TIMESTAMP);
        if (before != null) {
            notBack(Role.TIMESTAMP, before.version(), next.version());
            notBack(
                    Role.SNAPSHOT,
                    listed(before, Role.SNAPSHOT).path("version").asLong(0),
                    listed(next, Role.SNAPSHOT).path("version").asLong(0));
            if (next.version() == before.version()) {
                next = before;
            }
        }
        next.checkFresh(Role.TIMESTAMP, now);
        keep(Role.TIMESTAMP, next);
        return next;
    }

    private Signed snapshot(Signed root, Signed timestamp, Instant now)
            throws IOException, UntrustedException {
        long version = listed(timestamp, Role.SNAPSHOT).path("version").asLong(0);
        Signed next =
                read(Role.SNAPSHOT, fetch(version + "." + file(Role.SNAPSHOT), Role.SNAPSHOT));
        matches(timestamp, Role.SNAPSHOT, next);
        next.verify(root.content(), Role.SNAPSHOT);
        Signed before = trusted(root, Role.SNAPSHOT);
        if (before != null) {
            for (String name : before.content().path("meta").propertyNames()) {
                notBack(
                        Role.TARGETS,
                        before.content().path("meta").path(name).path("version").asLong(0),
                        next.content().path("meta").path(name).path("version").asLong(0));
            }
        }
        next.checkFresh(Role.SNAPSHOT, now);
        keep(Role.SNAPSHOT, next);
        return next;
    }

    private Signed targets(Signed root, Signed snapshot, Instant now)
            throws IOException, UntrustedException {
        long version = listed(snapshot, Role.TARGETS).path("version").asLong(0);
        Signed next = read(Role.TARGETS, fetch(version + "." + file(Role.TARGETS), Role.TARGETS));
        matches(snapshot, Role.TARGETS, next);
        next.verify(root.content(), Role.TARGETS);
        Signed before = trusted(root, Role.TARGETS);
        if (before != null) {
            notBack(Role.TARGETS, before.version(), next.version());
        }
        next.checkFresh(Role.TARGETS, now);
        keep(Role.TARGETS, next);
        return next;
    }

    /** What is stored of a role, if the root's keys still stand behind it. */
    private @Nullable Signed trusted(Signed root, Role role) throws IOException {
        try {
            Signed before = stored(file(role), role);
            if (before != null) {
                before.verify(root.content(), role);
            }
            return before;
        } catch (UntrustedException e) {
            return null;
        }
    }

    private @Nullable Signed stored(String name, Role role) throws IOException, UntrustedException {
        Optional<byte[]> bytes = store.read(name);
        return bytes.isPresent() ? Signed.read(role, bytes.get()) : null;
    }

    private void keep(Role role, Signed next) throws IOException {
        store.write(file(role), next.bytes());
    }

    private byte[] fetch(String name, Role role) throws IOException, UntrustedException {
        Optional<byte[]> bytes = source.fetch(name, role.bytesMax());
        if (bytes.isEmpty()) {
            throw new UntrustedException("the repository has no " + name);
        }
        return bytes.get();
    }

    private static Signed read(Role role, byte[] bytes) throws UntrustedException {
        if (bytes.length > role.bytesMax()) {
            throw new UntrustedException(
                    role.key() + " has at most " + role.bytesMax() + " bytes, found more");
        }
        return Signed.read(role, bytes);
    }

    private static String file(Role role) {
        return role.key() + ".json";
    }

    private static JsonNode listed(Signed list, Role role) {
        return list.content().path("meta").path(file(role));
    }

    /** Refuses metadata that is not what the list names: version, length and digest. */
    private static void matches(Signed list, Role role, Signed found) throws UntrustedException {
        Target expected = target(listed(list, role));
        long version = listed(list, role).path("version").asLong(0);
        if (found.version() != version
                || found.bytes().length != expected.bytes()
                || !found.digest().equals(expected.digest())) {
            throw new UntrustedException(
                    role.key() + " is not the version " + version + " that is listed");
        }
    }

    private static Target target(JsonNode node) throws UntrustedException {
        try {
            JsonNode length = node.path("length");
            if (length.isIntegralNumber() && length.asLong() >= 0) {
                String sha = node.path("hashes").path("sha256").asString("");
                return new Target(length.asLong(), Digest.ofHex(sha));
            }
        } catch (IllegalArgumentException e) {
            throw new UntrustedException("a file is listed without a sha256: " + node);
        }
        throw new UntrustedException("a file is listed without a length: " + node);
    }

    private static void notBack(Role role, long before, long next) throws UntrustedException {
        if (next < before) {
            throw new UntrustedException(
                    role.key() + " went back from version " + before + " to " + next);
        }
    }
}
