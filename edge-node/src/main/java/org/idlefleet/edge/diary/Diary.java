package org.idlefleet.edge.diary;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the node did in the last weeks: its park sessions, and its usage by quarters of an hour.
 *
 * <p>{@link #apply} alone changes it; {@link #entries} are fewer entries that rebuild the same. It
 * keeps the newest {@value #SLICES_MAX} slices, a slice being the usage of one session in one
 * quarter of an hour: 30 days of computing day and night are 2,880, the rest is room for sessions
 * that begin and end within one. What is older is dropped by count and not by age, so that a clock
 * that was wrong for a while can't empty the diary. Not thread-safe.
 */
public final class Diary {
    /** Slices that are kept; the oldest go first. */
    public static final int SLICES_MAX = 8192;

    /** Sessions that are kept; the oldest go first. */
    public static final int SESSIONS_MAX = 2048;

    private static final Comparator<Slice> ORDER =
            Comparator.comparing(Slice::quarter).thenComparingLong(Slice::session);

    private record Slice(Instant quarter, long session) {}

    private record Amount(Instant until, Usage usage) {
        Amount plus(Amount other) {
            return new Amount(
                    until.isAfter(other.until) ? until : other.until, usage.plus(other.usage));
        }
    }

    private final NavigableMap<Slice, Amount> slices = new TreeMap<>(ORDER);
    private final NavigableMap<Long, ParkSession> sessions = new TreeMap<>();
    private Optional<Balance> balance = Optional.empty();

    /** Takes a fact. One of a session that is not known changes the sums only. */
    public void apply(Entry entry) {
        switch (entry) {
            case Entry.Opened opened -> {
                sessions.put(
                        opened.session(),
                        new ParkSession(
                                opened.session(),
                                opened.at(),
                                opened.at(),
                                Optional.empty(),
                                Usage.NONE));
                while (sessions.size() > SESSIONS_MAX) {
                    sessions.pollFirstEntry();
                }
            }
            case Entry.Spent spent ->
                    add(spent.session(), spent.at(), spent.until(), spent.usage());
            case Entry.Told told -> {
                add(told.session(), told.at(), told.at(), Usage.earned(told.earnedMicros()));
                balance = Optional.of(told.balance());
            }
            case Entry.Closed closed ->
                    sessions.computeIfPresent(
                            closed.session(),
                            (_, old) ->
                                    new ParkSession(
                                            old.number(),
                                            old.start(),
                                            closed.at(),
                                            Optional.of(closed.reason()),
                                            old.usage()));
        }
    }

    private void add(long session, Instant at, Instant until, Usage usage) {
        if (usage.equals(Usage.NONE)) {
            return;
        }
        slices.merge(new Slice(Entry.quarter(at), session), new Amount(until, usage), Amount::plus);
        while (slices.size() > SLICES_MAX) {
            slices.pollFirstEntry();
        }
        sessions.computeIfPresent(
                session,
                (_, old) ->
                        new ParkSession(
                                old.number(),
                                old.start(),
                                old.end().isAfter(until) ? old.end() : until,
                                old.reason(),
                                old.usage().plus(usage)));
    }

    /**
     * Entries that rebuild this diary, fewer than those that built it. A session loses from its
     * usage what lies in slices that were dropped.
     */
    public List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        sessions.values()
                .forEach(session ->
                        entries.add(new Entry.Opened(session.number(), session.start())));
        slices.forEach((slice, amount) ->
                entries.add(
                        new Entry.Spent(
                                slice.session(), slice.quarter(), amount.until(), amount.usage())));
        for (ParkSession session : sessions.values()) {
            session.reason()
                    .ifPresent(reason ->
                            entries.add(new Entry.Closed(session.number(), session.end(), reason)));
        }
        balance.ifPresent(told -> entries.add(new Entry.Told(0, Instant.EPOCH, 0, told)));
        return entries;
    }

    /** What the owner's accounts held when they were told of last; empty if they never were. */
    public Optional<Balance> balance() {
        return balance;
    }

    /**
     * The usage of all quarters of an hour that begin at {@code from} or later, before {@code to}.
     */
    public Usage between(Instant from, Instant to) {
        Usage sum = Usage.NONE;
        for (var slice : slices.tailMap(new Slice(from, Long.MIN_VALUE), true).entrySet()) {
            if (!slice.getKey().quarter().isBefore(to)) {
                break;
            }
            sum = sum.plus(slice.getValue().usage());
        }
        return sum;
    }

    /** The usage of the last {@code days} days of the zone's calendar, today being the last. */
    public Usage lastDays(int days, ZoneId zone, Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return between(
                today.minusDays(days - 1L).atStartOfDay(zone).toInstant(),
                today.plusDays(1).atStartOfDay(zone).toInstant());
    }

    /** Up to {@code max} sessions, the newest first. */
    public List<ParkSession> sessions(int max) {
        return sessions.descendingMap().values().stream().limit(max).toList();
    }

    /** The session that has not ended; empty if there is none. */
    public Optional<ParkSession> open() {
        return Optional.ofNullable(sessions.lastEntry())
                .map(Map.Entry::getValue)
                .filter(session -> session.reason().isEmpty());
    }

    /** The number that the next session gets. */
    public long nextSession() {
        long last = sessions.isEmpty() ? 0 : sessions.lastKey();
        return Math.max(last, slices.keySet().stream().mapToLong(Slice::session).max().orElse(0))
                + 1;
    }
}
