package org.idlefleet.coordinator.fleet;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The time for which a node is connected: what it offers, what it holds, how fast it has shown to
 * be. Speeds are whole thousandths of a work unit per second, so that no sum depends on order.
 */
public final class ParkSession {
    private static final double NEWEST_WEIGHT = 0.3;

    /** No node is believed to be faster; keeps sums over a fleet far from overflow. */
    private static final long MILLI_SPEED_MAX = 1_000_000_000_000L;

    private final long number;
    private final NodeId node;
    private final OwnerId owner;
    private final String network;
    private final NumericClass shown;
    private final long memoryBytes;
    private final Instant since;
    private final TreeMap<Digest, Long> milliSpeeds = new TreeMap<>();
    private final LinkedHashMap<Lease, Grant> held = new LinkedHashMap<>();
    private List<WarmModel> offered = List.of();
    private int slots;
    private Duration parkTimeLeft = Duration.ZERO;
    private NumericClass numericClass;
    private Instant lastSeen;
    private Optional<Instant> willingSince = Optional.empty();
    private long heldUnits;
    private int faultsInRow;
    private long shardsDone;

    ParkSession(
            long number,
            NodeId node,
            OwnerId owner,
            String network,
            NumericClass numericClass,
            long memoryBytes,
            Instant since) {
        this.number = number;
        this.node = node;
        this.owner = owner;
        this.network = network;
        this.shown = numericClass;
        this.numericClass = numericClass;
        this.memoryBytes = memoryBytes;
        this.since = since;
        this.lastSeen = since;
    }

    /**
     * A lease as its holder's session knows it.
     *
     * @param expected time the shard should take
     */
    public record Grant(Lease lease, Digest manifest, long units, Duration expected, Instant at) {}

    void offer(int newSlots, Duration timeLeft, List<WarmModel> models, Instant at) {
        boolean willing = newSlots > 0 && !models.isEmpty();
        willingSince = willing ? willingSince.or(() -> Optional.of(at)) : Optional.empty();
        slots = newSlots;
        parkTimeLeft = timeLeft;
        offered = models;
        var known = new TreeMap<>(milliSpeeds);
        milliSpeeds.clear();
        for (WarmModel model : models) {
            long stated =
                    Math.max(
                            1,
                            (long) Math.min(MILLI_SPEED_MAX, model.workUnitsPerSecond() * 1_000));
            milliSpeeds.put(model.manifest(), known.getOrDefault(model.manifest(), stated));
        }
    }

    void seen(Instant at) {
        lastSeen = at;
    }

    void grant(Grant grant) {
        held.put(grant.lease(), grant);
        heldUnits += grant.units();
    }

    Optional<Grant> end(Lease lease) {
        Grant ended = held.remove(lease);
        heldUnits -= ended == null ? 0 : ended.units();
        return Optional.ofNullable(ended);
    }

    /** Takes in how long a shard really took; a node can't claim more than the clock shows. */
    void learn(Grant grant, Duration stated, Instant at) {
        shardsDone++;
        faultsInRow = 0;
        Duration elapsed = Duration.between(grant.at(), at);
        Duration taken = stated.compareTo(elapsed) < 0 ? stated : elapsed;
        double nanos = taken.isNegative() ? 0 : taken.toNanos();
        double measured = Math.min(MILLI_SPEED_MAX, grant.units() * 1e12 / Math.max(1_000, nanos));
        milliSpeeds.computeIfPresent(
                grant.manifest(),
                (_, old) ->
                        Math.max(
                                1,
                                Math.round(old * (1 - NEWEST_WEIGHT) + measured * NEWEST_WEIGHT)));
    }

    void fault() {
        faultsInRow++;
    }

    public long number() {
        return number;
    }

    public NodeId node() {
        return node;
    }

    public OwnerId owner() {
        return owner;
    }

    public String network() {
        return network;
    }

    /** The numeric class in which it computes, by what others of the declared one show. */
    public NumericClass numericClass() {
        return numericClass;
    }

    /** The class that the node declares, and what it showed. */
    public NumericClass shown() {
        return shown;
    }

    void computesIn(NumericClass now) {
        numericClass = now;
    }

    public long memoryBytes() {
        return memoryBytes;
    }

    public Instant since() {
        return since;
    }

    public Instant lastSeen() {
        return lastSeen;
    }

    /** Since when it has offered slots for a model without a break; empty if it does not now. */
    public Optional<Instant> willingSince() {
        return willingSince;
    }

    public int slots() {
        return slots;
    }

    /** Whether it offers nothing and holds nothing, so that nobody waits for a word of it. */
    boolean rests() {
        return slots == 0 && held.isEmpty();
    }

    public int freeSlots() {
        return slots - held.size();
    }

    public Duration parkTimeLeft() {
        return parkTimeLeft;
    }

    public long shardsDone() {
        return shardsDone;
    }

    public int faultsInRow() {
        return faultsInRow;
    }

    /** Leases held, oldest first. */
    public Collection<Grant> held() {
        return held.values();
    }

    /** Work units of all leases held. */
    public long heldUnits() {
        return heldUnits;
    }

    public Optional<Grant> held(Lease lease) {
        return Optional.ofNullable(held.get(lease));
    }

    /** Models offered, with the speeds the node has shown. */
    public List<WarmModel> models() {
        return offered.stream()
                .map(model ->
                        new WarmModel(model.manifest(), milliSpeed(model.manifest()) / 1_000.0))
                .toList();
    }

    /** Thousandths of a work unit per second of one slot; 0 if the model is not offered. */
    public long milliSpeed(Digest manifest) {
        return milliSpeeds.getOrDefault(manifest, 0L);
    }

    Map<Digest, Long> milliSpeeds() {
        return milliSpeeds;
    }
}
