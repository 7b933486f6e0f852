package org.idlefleet.coordinator.scheduling;

import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The work of a job that is not settled: item ranges nobody has, and shards somebody has. A shard
 * that comes back untouched becomes a free range again, so that the next node gets a piece of its
 * own size; one that others have voted on keeps its bounds.
 */
public final class OpenJob {
    private final JobId job;
    private final ClientId client;
    private final Digest manifest;
    private final Terms terms;
    private final WorkUnits units;
    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private final Map<Integer, OpenShard> shards = new HashMap<>();
    private final TreeMap<Integer, OpenShard> wanting = new TreeMap<>();
    private final TreeSet<OwnerId> declined = new TreeSet<>();
    private int settledItems;
    private int nextShard;
    private long freeUnits;

    /** Where the job waits; the {@link WorkQueue} keeps it here, so that it need not look it up. */
    @Nullable Waiting waitsIn;

    /** Whether it is counted there among those with work for anybody. */
    boolean waitsFresh;

    /** Its free units as the queue has counted them. */
    long counted;

    /**
     * What decides when and by whom a job is run.
     *
     * @param urgent whether somebody waits for the answer
     * @param quorum so many replicas a shard begins with
     * @param check whether it checks results of other jobs
     * @param trustedOnly whether only trusted owners may have it
     */
    public record Terms(
            boolean urgent, Instant deadline, int quorum, boolean check, boolean trustedOnly) {}

    public OpenJob(JobId job, ClientId client, Digest manifest, Terms terms, WorkUnits units) {
        this.job = job;
        this.client = client;
        this.manifest = manifest;
        this.terms = terms;
        this.units = units;
        free.put(0, units.items());
        freeUnits = units.total();
    }

    public JobId job() {
        return job;
    }

    public ClientId client() {
        return client;
    }

    public Digest manifest() {
        return manifest;
    }

    public boolean urgent() {
        return terms.urgent();
    }

    public Instant deadline() {
        return terms.deadline();
    }

    public int quorum() {
        return terms.quorum();
    }

    /** Whether it checks results of other jobs. */
    public boolean check() {
        return terms.check();
    }

    /** Whether none but trusted owners may have it. */
    public boolean trustedOnly() {
        return terms.trustedOnly();
    }

    /** Whether none but trusted owners may have anything of it that waits. */
    boolean waitsForTrusted() {
        if (terms.trustedOnly()) {
            return true;
        }
        if (!terms.check() || !free.isEmpty()) {
            return false;
        }
        for (OpenShard shard : wanting.values()) {
            if (!shard.forTrusted()) {
                return false;
            }
        }
        return true;
    }

    public WorkUnits units() {
        return units;
    }

    public int settledItems() {
        return settledItems;
    }

    public int nextShard() {
        return nextShard;
    }

    /** Work units of the items that nobody has. */
    public long freeUnits() {
        return freeUnits;
    }

    public boolean done() {
        return settledItems == units.items();
    }

    /** The owner says that the input can't be taken; nobody is asked twice. */
    public void decline(OwnerId owner) {
        declined.add(owner);
    }

    /** Owners who said that the input can't be taken. */
    public Set<OwnerId> declined() {
        return declined;
    }

    /** Whether something waits for a node. */
    public boolean hasWork() {
        return !free.isEmpty() || !wanting.isEmpty();
    }

    /** Shards that want one more replica, the oldest first. */
    public NavigableMap<Integer, OpenShard> wanting() {
        return wanting;
    }

    /** The first range that nobody has. */
    public Optional<Map.Entry<Integer, Integer>> firstFree() {
        return Optional.ofNullable(free.firstEntry());
    }

    public Optional<OpenShard> shard(int index) {
        return Optional.ofNullable(shards.get(index));
    }

    /** Open shards in the order of their numbers, as they are now. */
    public List<OpenShard> shards() {
        var all = new ArrayList<>(shards.values());
        all.sort(Comparator.comparingInt(OpenShard::index));
        return all;
    }

    public int openShards() {
        return shards.size();
    }

    /** A replica was placed; a shard seen for the first time is carved out of what is free. */
    public void place(Replica replica, int from, int to) {
        OpenShard shard = shards.get(replica.lease().shard());
        if (shard == null) {
            shard = carve(replica.lease().shard(), from, to, terms.quorum());
        }
        shard.place(replica);
        refresh(shard);
    }

    /** A replica ended without a result. */
    public void withdraw(Lease lease) {
        OpenShard shard = shards.get(lease.shard());
        if (shard == null || !shard.withdraw(lease)) {
            return;
        }
        if (shard.untouched()) {
            shards.remove(shard.index());
            wanting.remove(shard.index());
            release(shard.from(), shard.to());
        } else {
            shard.want(1);
            refresh(shard);
        }
    }

    /**
     * A replica brought a vote. A restarted process hears of votes whose replicas it never placed:
     * each of them, too, is one replica less to place.
     */
    public void answer(Lease lease, OwnerId owner, int from, int to) {
        OpenShard shard = shards.get(lease.shard());
        if (shard == null) {
            shard = carve(lease.shard(), from, to, terms.quorum());
        }
        if (shard.running(lease).isEmpty()) {
            shard.want(-1);
        }
        shard.answer(lease, owner);
        refresh(shard);
    }

    /** More votes are needed than were planned. */
    public void want(int index, int more) {
        shard(index)
                .ifPresent(shard -> {
                    shard.want(more);
                    refresh(shard);
                });
    }

    /** The next vote had best be a trusted owner's. */
    public void wantTrusted(int index) {
        shard(index).ifPresent(OpenShard::wantTrusted);
    }

    /** One more replica may race the one that is late. */
    public void hedge(int index) {
        shard(index)
                .ifPresent(shard -> {
                    shard.hedge();
                    refresh(shard);
                });
    }

    /** The shard has its verdict. */
    public void settle(int index, int from, int to) {
        if (shards.remove(index) == null) {
            take(from, to);
        }
        wanting.remove(index);
        nextShard = Math.max(nextShard, index + 1);
        settledItems += to - from;
    }

    /** Items that an earlier life settled, however they were cut into shards. */
    public void settleRange(int from, int to) {
        take(from, to);
        settledItems += to - from;
    }

    /** Everything not settled, free or carved, by where it starts. */
    public NavigableMap<Integer, Integer> openRanges() {
        var open = new TreeMap<>(free);
        shards.values().forEach(shard -> open.put(shard.from(), shard.to()));
        return open;
    }

    /** Shards numbered below this were used in an earlier life. */
    public void skipShards(int next) {
        nextShard = Math.max(nextShard, next);
    }

    private OpenShard carve(int index, int from, int to, int wanted) {
        take(from, to);
        var shard = new OpenShard(index, from, to, wanted);
        shards.put(index, shard);
        nextShard = Math.max(nextShard, index + 1);
        return shard;
    }

    private void refresh(OpenShard shard) {
        if (shard.wanted() > 0) {
            wanting.put(shard.index(), shard);
        } else if (!wanting.isEmpty()) {
            wanting.remove(shard.index());
        }
    }

    private void take(int from, int to) {
        Map.Entry<Integer, Integer> range = free.floorEntry(from);
        if (range == null || range.getValue() < to) {
            throw new IllegalStateException(
                    job + ": items " + from + " to " + to + " are not free, found " + free);
        }
        free.remove(range.getKey());
        if (range.getKey() < from) {
            free.put(range.getKey(), from);
        }
        if (to < range.getValue()) {
            free.put(to, range.getValue());
        }
        freeUnits -= units.between(from, to);
    }

    private void release(int from, int to) {
        freeUnits += units.between(from, to);
        int start = from;
        int end = to;
        Map.Entry<Integer, Integer> before = free.lowerEntry(from);
        if (before != null && before.getValue() == from) {
            start = before.getKey();
        }
        Integer after = free.remove(to);
        if (after != null) {
            end = after;
        }
        free.put(start, end);
    }
}
