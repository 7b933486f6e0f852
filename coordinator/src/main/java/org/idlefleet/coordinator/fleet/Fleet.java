package org.idlefleet.coordinator.fleet;

import org.idlefleet.coordinator.fleet.ParkSession.Grant;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Everyone connected, and for each model those with a free slot. All of it is forgotten by a
 * restart: nodes come back by themselves.
 */
public final class Fleet {
    private final Map<Long, ParkSession> sessions = new HashMap<>();
    private final TreeMap<Long, ParkSession> inOrder = new TreeMap<>();
    private final Map<NodeId, ParkSession> byNode = new HashMap<>();
    private final Map<Digest, Pool> pools = new HashMap<>();
    private final Map<NodeId, Departure> departures = new HashMap<>();
    private final PriorityQueue<Due> silent = new PriorityQueue<>();
    private final Duration lease;
    private final Duration rest;
    private final Predicate<OwnerId> trusted;
    private final Probes probes;

    /** A fleet whose nodes are given up after so much silence, without anybody trusted. */
    public Fleet(Duration lease) {
        this(lease, lease, _ -> false);
    }

    /**
     * @param lease silence after which a node is given up
     * @param rest the same for one that offers nothing and holds nothing; no less
     * @param trusted owners whose nodes show rightly how their numeric class computes; when it
     *     changes its mind, {@link #classify} must be called
     */
    public Fleet(Duration lease, Duration rest, Predicate<OwnerId> trusted) {
        this.lease = lease;
        this.rest = rest;
        this.trusted = trusted;
        this.probes = new Probes(trusted);
    }

    private record Due(Instant at, long session) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(session, other.session);
        }
    }

    public void open(
            long session,
            NodeId node,
            OwnerId owner,
            String network,
            NumericClass numericClass,
            long memoryBytes,
            Instant at) {
        NumericClass before = probes.of(numericClass);
        probes.show(numericClass, owner);
        var opened = new ParkSession(session, node, owner, network, numericClass, memoryBytes, at);
        sessions.put(session, opened);
        inOrder.put(session, opened);
        if (before.equals(probes.of(numericClass))) {
            opened.computesIn(before);
        } else {
            classify();
        }
        byNode.put(node, opened);
        departures.computeIfAbsent(node, _ -> new Departure());
        silent.add(new Due(at.plus(lease), session));
    }

    /**
     * The numeric class that an earlier result counts as by now: a class shows nothing in common
     * until a second owner is there.
     */
    public NumericClass settled(NumericClass computedIn) {
        return probes.settled(computedIn);
    }

    /** Tells every session anew in which numeric class it computes; whom to trust has changed. */
    public void classify() {
        for (ParkSession session : inOrder.values()) {
            NumericClass now = probes.of(session.shown());
            if (!now.equals(session.numericClass())) {
                poolsOf(session).forEach(pool -> pool.forget(session));
                session.computesIn(now);
                refresh(session);
            }
        }
        pools.values().forEach(Pool::sortTrusted);
    }

    /** Forgets the session; what it held is returned, oldest first. */
    public List<Grant> close(long session, Instant at) {
        ParkSession closed = sessions.remove(session);
        inOrder.remove(session);
        if (closed == null) {
            return List.of();
        }
        byNode.remove(closed.node(), closed);
        departures
                .computeIfAbsent(closed.node(), _ -> new Departure())
                .stayed(Duration.between(closed.since(), at));
        poolsOf(closed).forEach(pool -> pool.forget(closed));
        return List.copyOf(closed.held());
    }

    public void offer(
            long session, int slots, Duration parkTimeLeft, List<WarmModel> models, Instant at) {
        Optional.ofNullable(sessions.get(session))
                .ifPresent(offering -> {
                    poolsOf(offering).forEach(pool -> pool.forget(offering));
                    offering.offer(slots, parkTimeLeft, models, at);
                    offering.seen(at);
                    offering.milliSpeeds().keySet().forEach(model -> pool(model).refresh(offering));
                });
    }

    public void seen(long session, Instant at) {
        Optional.ofNullable(sessions.get(session)).ifPresent(seen -> seen.seen(at));
    }

    public void grant(long session, Grant grant) {
        ParkSession to = sessions.get(session);
        if (to != null) {
            to.grant(grant);
            refresh(to);
        }
    }

    /**
     * The lease has ended without a result; a fault counts against the node until a good result.
     */
    public void end(long session, Lease ended, boolean fault) {
        ParkSession from = sessions.get(session);
        if (from != null && from.end(ended).isPresent()) {
            if (fault) {
                from.fault();
            }
            refresh(from);
        }
    }

    /** The lease has ended with a result. */
    public void answered(long session, Lease ended, Duration computeTime, Instant at) {
        ParkSession from = sessions.get(session);
        if (from != null) {
            from.end(ended)
                    .ifPresent(grant -> {
                        from.learn(grant, computeTime, at);
                        from.seen(at);
                        pool(grant.manifest()).learn(from);
                        refresh(from);
                    });
        }
    }

    public Optional<ParkSession> session(long session) {
        return Optional.ofNullable(sessions.get(session));
    }

    public Optional<ParkSession> session(NodeId node) {
        return Optional.ofNullable(byNode.get(node));
    }

    public Collection<ParkSession> sessions() {
        return inOrder.values();
    }

    /**
     * Sessions that offer the model and have a free slot; the order has no meaning but is stable.
     */
    public List<ParkSession> ready(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? List.of() : pool.ready.sessions;
    }

    /** Those of them whose owners are trusted. */
    public List<ParkSession> readyTrusted(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? List.of() : pool.readyTrusted.sessions;
    }

    /** Owners of {@link #ready} sessions, each once, in any order. */
    public Stream<OwnerId> readyOwners(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? Stream.empty() : pool.readyOwners.keySet().stream();
    }

    /** Thousandths of a work unit per second that all offered slots for the model do together. */
    public long milliSpeed(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? 0 : pool.milliSpeed;
    }

    /** The same of the slots of trusted owners. */
    public long trustedMilliSpeed(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? 0 : pool.trustedMilliSpeed;
    }

    /** Distinct owners who offer the model now, counted up to {@code enough}. */
    public int owners(Digest manifest, int enough) {
        Pool pool = pools.get(manifest);
        return pool == null ? 0 : Math.min(enough, pool.owners.size());
    }

    /** Whether a node of this owner offers the model now. */
    public boolean offers(Digest manifest, OwnerId owner) {
        Pool pool = pools.get(manifest);
        return pool != null && pool.owners.containsKey(owner);
    }

    /** Sessions that offer the model, whether they have a free slot or not. */
    public Stream<ParkSession> offering(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? Stream.empty() : pool.counted.keySet().stream();
    }

    /** Numeric classes in which the model is offered. */
    public Set<NumericClass> classes(Digest manifest) {
        Pool pool = pools.get(manifest);
        return pool == null ? Collections.emptySet() : pool.classes.keySet();
    }

    /** Whether a node of this owner offers the model now and computes in this class. */
    public boolean offers(Digest manifest, OwnerId owner, NumericClass numericClass) {
        Pool pool = pools.get(manifest);
        return pool != null && pool.owners(numericClass).containsKey(owner);
    }

    /** Whether anybody but this owner offers the model now and computes in this class. */
    public boolean othersOffer(Digest manifest, OwnerId owner, NumericClass numericClass) {
        Pool pool = pools.get(manifest);
        if (pool == null) {
            return false;
        }
        Map<OwnerId, Integer> owners = pool.owners(numericClass);
        return owners.size() > (owners.containsKey(owner) ? 1 : 0);
    }

    /** How long the node will probably stay, from its owner's schedule and its own past. */
    public Duration remainingStay(ParkSession session) {
        Departure departure = departures.get(session.node());
        return departure == null ? Departure.UNKNOWN : departure.remaining(session.parkTimeLeft());
    }

    /** The first session that has been silent for too long at {@code now}. */
    public Optional<ParkSession> silentAt(Instant now) {
        while (!silent.isEmpty() && !silent.peek().at().isAfter(now)) {
            Due due = silent.peek();
            ParkSession session = sessions.get(due.session());
            if (session == null) {
                silent.poll();
            } else if (givenUpAt(session).isAfter(now)) {
                silent.poll();
                silent.add(new Due(lookAt(session, now), due.session()));
            } else {
                return Optional.of(session);
            }
        }
        return Optional.empty();
    }

    private Instant givenUpAt(ParkSession session) {
        return session.lastSeen().plus(session.rests() ? rest : lease);
    }

    /** One that rests may offer something at any moment, and is silent sooner from then on. */
    private Instant lookAt(ParkSession session, Instant now) {
        Instant end = givenUpAt(session);
        Instant soon = now.plus(lease);
        return session.rests() && soon.isBefore(end) ? soon : end;
    }

    /** When to look for silent sessions again. */
    public Optional<Instant> nextDeadline() {
        return Optional.ofNullable(silent.peek()).map(Due::at);
    }

    private void refresh(ParkSession session) {
        for (Digest model : session.milliSpeeds().keySet()) {
            pool(model).refresh(session);
        }
    }

    private List<Pool> poolsOf(ParkSession session) {
        var found = new ArrayList<Pool>(session.milliSpeeds().size());
        session.milliSpeeds().keySet().forEach(model -> found.add(pool(model)));
        return found;
    }

    private Pool pool(Digest manifest) {
        return pools.computeIfAbsent(manifest, _ -> new Pool(manifest, trusted));
    }

    /** Sessions in a list, each once, so that drawing one and taking one out cost nothing. */
    private static final class Drawn {
        private final List<ParkSession> sessions = new ArrayList<>();
        private final Map<ParkSession, Integer> places = new HashMap<>();

        boolean add(ParkSession session) {
            if (places.putIfAbsent(session, sessions.size()) != null) {
                return false;
            }
            return sessions.add(session);
        }

        boolean remove(ParkSession session) {
            Integer at = places.remove(session);
            if (at == null) {
                return false;
            }
            ParkSession last = sessions.removeLast();
            if (last != session) {
                sessions.set(at, last);
                places.put(last, at);
            }
            return true;
        }

        void clear() {
            sessions.clear();
            places.clear();
        }
    }

    /** Those who offer one model. */
    private static final class Pool {
        private final Digest manifest;
        private final Predicate<OwnerId> trusted;
        private final Drawn ready = new Drawn();
        private final Drawn readyTrusted = new Drawn();
        private final Map<OwnerId, Integer> readyOwners = new HashMap<>();
        private final Map<ParkSession, Long> counted = new HashMap<>();
        private final Map<OwnerId, Integer> owners = new HashMap<>();
        private final Map<NumericClass, Map<OwnerId, Integer>> classes = new LinkedHashMap<>();
        private long milliSpeed;
        private long trustedMilliSpeed;

        Pool(Digest manifest, Predicate<OwnerId> trusted) {
            this.manifest = manifest;
            this.trusted = trusted;
        }

        Map<OwnerId, Integer> owners(NumericClass numericClass) {
            return classes.getOrDefault(numericClass, Collections.emptyMap());
        }

        void refresh(ParkSession session) {
            if (session.slots() > 0 && !counted.containsKey(session)) {
                long speed = session.milliSpeed(manifest) * session.slots();
                counted.put(session, speed);
                milliSpeed += speed;
                trustedMilliSpeed += trusted.test(session.owner()) ? speed : 0;
                owners.merge(session.owner(), 1, Integer::sum);
                classes.computeIfAbsent(session.numericClass(), _ -> new HashMap<>())
                        .merge(session.owner(), 1, Integer::sum);
            }
            if (session.freeSlots() <= 0) {
                unready(session);
            } else if (ready.add(session)) {
                readyOwners.merge(session.owner(), 1, Integer::sum);
                if (trusted.test(session.owner())) {
                    readyTrusted.add(session);
                }
            }
        }

        /** Looks again whom to trust. */
        void sortTrusted() {
            trustedMilliSpeed =
                    counted.entrySet().stream()
                            .filter(each -> trusted.test(each.getKey().owner()))
                            .mapToLong(Map.Entry::getValue)
                            .sum();
            readyTrusted.clear();
            ready.sessions.stream()
                    .filter(session -> trusted.test(session.owner()))
                    .forEach(readyTrusted::add);
        }

        /** Counts what the session, if it is counted at all, has shown to do by now. */
        void learn(ParkSession session) {
            long speed = session.milliSpeed(manifest) * session.slots();
            Long before = counted.replace(session, speed);
            if (before != null) {
                milliSpeed += speed - before;
                trustedMilliSpeed += trusted.test(session.owner()) ? speed - before : 0;
            }
        }

        void forget(ParkSession session) {
            Long speed = counted.remove(session);
            if (speed != null) {
                milliSpeed -= speed;
                trustedMilliSpeed -= trusted.test(session.owner()) ? speed : 0;
                owners.computeIfPresent(
                        session.owner(), (_, count) -> count == 1 ? null : count - 1);
                leaveClass(session);
            }
            unready(session);
        }

        private void leaveClass(ParkSession session) {
            Map<OwnerId, Integer> there = classes.get(session.numericClass());
            if (there != null) {
                there.computeIfPresent(
                        session.owner(), (_, count) -> count == 1 ? null : count - 1);
                if (there.isEmpty()) {
                    classes.remove(session.numericClass());
                }
            }
        }

        private void unready(ParkSession session) {
            if (ready.remove(session)) {
                readyOwners.computeIfPresent(
                        session.owner(), (_, count) -> count == 1 ? null : count - 1);
                readyTrusted.remove(session);
            }
        }
    }
}
