package org.idlefleet.edge.diary;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Turns looks at the node into entries of the diary: counts into differences, differences into
 * stretches of time. A stretch is written when a park session begins or ends, when a quarter of an
 * hour does, and once a minute in a session, so that a power cut costs a minute of the diary at
 * most. Durations never come from the wall clock: a device that slept, or whose clock was set, was
 * not computing meanwhile. Not thread-safe.
 */
public final class Meter {
    /** How long a stretch of a park session may wait to be written. */
    public static final Duration FLUSH = Duration.ofMinutes(1);

    /** The wall clock ran ahead of the time that the device was up by this much: it slept. */
    static final Duration SLEPT = Duration.ofMinutes(1);

    private final Supplier<Costs> costs;
    private long nextSession;
    private long session;
    private @Nullable Observation last;
    private Optional<Balance> balance;
    private @Nullable Instant since;
    private Usage pending = Usage.NONE;
    private double electricityMicros;
    private double wearMicros;
    private long earned;
    private boolean unwritten;
    private long drainedMillijoules;

    /**
     * @param costs those that count at the moment of a look
     * @param diary what is known already; its open session, if any, ended with the process that
     *     wrote it
     */
    public Meter(Supplier<Costs> costs, Diary diary) {
        this.costs = costs;
        this.nextSession = diary.nextSession();
        this.balance = diary.balance();
    }

    /** What to write after this look, in order. */
    public List<Entry> see(Observation next) {
        var entries = new ArrayList<Entry>();
        Observation before = last;
        last = next;
        if (before != null) {
            boolean slept = slept(before, next);
            add(usage(before, next), before.at());
            if (slept || session != 0 && next.ended().isPresent()) {
                Instant until = slept ? before.at() : next.at();
                flush(until, entries);
                close(until, slept, next, entries);
            }
            if (due(next.at())) {
                flush(next.at(), entries);
            }
        }
        hear(next, entries);
        if (session == 0 && next.ended().isEmpty()) {
            flush(next.at(), entries);
            session = nextSession++;
            entries.add(new Entry.Opened(session, next.at()));
        }
        return entries;
    }

    /** Energy that computing took out of a battery since the process started, in millijoules. */
    public long drainedMillijoules() {
        return drainedMillijoules;
    }

    /** What to write when the process ends. */
    public List<Entry> end(Instant at, String reason) {
        var entries = new ArrayList<Entry>();
        flush(at, entries);
        if (session != 0) {
            entries.add(new Entry.Closed(session, at, reason));
            session = 0;
        }
        return entries;
    }

    /** The first balance ever heard is where counting begins; it may have been earned elsewhere. */
    private void hear(Observation next, List<Entry> entries) {
        Optional<Balance> told = next.balance();
        if (told.isEmpty() || told.equals(balance)) {
            return;
        }
        if (balance.isEmpty()) {
            entries.add(new Entry.Told(session, next.at(), 0, told.get()));
        } else {
            earned += told.get().earnedSince(balance.get());
            unwritten = true;
            since = since == null ? next.at() : since;
        }
        balance = told;
    }

    private void close(Instant at, boolean slept, Observation next, List<Entry> entries) {
        if (session != 0) {
            String reason =
                    slept
                            ? "the device slept, or its clock was set"
                            : next.ended().orElse("the park session ended");
            entries.add(new Entry.Closed(session, at, reason));
            session = 0;
        }
    }

    private static boolean slept(Observation before, Observation next) {
        Duration wall = Duration.between(before.at(), next.at());
        return wall.minusNanos(next.upNanos() - before.upNanos()).compareTo(SLEPT) > 0;
    }

    private boolean due(Instant now) {
        Instant start = since;
        return start != null
                && (!Entry.quarter(start).equals(Entry.quarter(now))
                        || (session != 0 || unwritten) && !now.isBefore(start.plus(FLUSH)));
    }

    private void add(Usage usage, Instant from) {
        if (!usage.equals(Usage.NONE)) {
            pending = pending.plus(usage);
            since = since == null ? from : since;
        }
    }

    private void flush(Instant until, List<Entry> entries) {
        Instant start = since;
        if (start != null && !pending.equals(Usage.NONE)) {
            // What is rounded off here is not lost, but comes next.
            long electricity = Math.round(electricityMicros);
            long wear = Math.round(wearMicros);
            electricityMicros -= electricity;
            wearMicros -= wear;
            Usage all = pending.plus(Usage.spent(electricity, wear));
            entries.add(new Entry.Spent(session, start, until, all));
        }
        if (start != null && unwritten) {
            entries.add(new Entry.Told(session, start, earned, balance.orElseThrow()));
        }
        since = null;
        pending = Usage.NONE;
        earned = 0;
        unwritten = false;
    }

    private Usage usage(Observation before, Observation next) {
        long upNanos = Math.max(0, next.upNanos() - before.upNanos());
        long busyNanos = Math.clamp(next.busyNanos() - before.busyNanos(), 0, upNanos);
        double share = upNanos == 0 ? 0 : (double) busyNanos / upNanos;
        Costs now = costs.get();
        Usage spent =
                now.usage(
                        session == 0 ? 0 : millis(before.upNanos(), next.upNanos()),
                        millis(before.busyNanos(), before.busyNanos() + busyNanos),
                        Math.round(1000 * share * next.joules().orElse(0)),
                        next.joules().isPresent(),
                        next.draining());
        drainedMillijoules += spent.batteryMillijoules();
        electricityMicros += now.electricityMicros(spent, next.price());
        wearMicros += now.wearMicros(spent);
        return spent.plus(
                Usage.moved(
                        Math.max(0, next.sentBytes() - before.sentBytes()),
                        Math.max(0, next.receivedBytes() - before.receivedBytes()),
                        Math.max(0, next.shards() - before.shards())));
    }

    /**
     * The difference of two rounded counts: what is rounded off here is not lost, but comes next.
     */
    private static long millis(long fromNanos, long toNanos) {
        return Math.floorDiv(toNanos, 1_000_000) - Math.floorDiv(fromNanos, 1_000_000);
    }
}
