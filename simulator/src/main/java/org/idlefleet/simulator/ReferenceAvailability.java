package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A second description of pay for being available: keeps every mark, and adds up at the end. */
final class ReferenceAvailability {
    private final Duration period;
    private final Map<Long, Willing> willing = new HashMap<>();
    private final Map<Long, Event.SessionOpened> sessions = new HashMap<>();
    private final Map<Instant, Map<NodeId, Integer>> marks = new HashMap<>();
    private final Map<Instant, Set<NodeId>> failed = new HashMap<>();
    private final Map<NodeId, OwnerId> owners = new HashMap<>();
    private final Set<Event.AvailabilityCounted.Failed> unnamed = new HashSet<>();
    private final Set<Instant> interrupted = new HashSet<>();
    private Map<NodeId, OwnerId> present = new HashMap<>();
    private final Map<String, Integer> used = new HashMap<>();
    private final Map<String, Long> spent = new TreeMap<>();
    private final Map<Instant, Long> asked = new HashMap<>();

    /** Since when a session has been willing without a break. */
    private record Willing(Instant since) {}

    ReferenceAvailability(Duration period) {
        this.period = period;
    }

    /** A restart forgets who was connected; what was counted stays. */
    void began() {
        sessions.clear();
        willing.clear();
        present.clear();
        unnamed.clear();
        interrupted.addAll(marks.keySet());
    }

    void opened(Event.SessionOpened event) {
        sessions.put(event.session(), event);
        owners.put(event.node(), event.owner());
    }

    void closed(Event.SessionClosed event) {
        sessions.remove(event.session());
        willing.remove(event.session());
    }

    void offered(Event.Offered event) {
        if (event.slots() == 0 || event.models().isEmpty()) {
            willing.remove(event.session());
        } else {
            willing.putIfAbsent(event.session(), new Willing(event.at()));
        }
    }

    /** A device failed at that time, and gets nothing for the period. */
    void failed(NodeId node, Instant at) {
        failed.computeIfAbsent(start(at), _ -> new HashSet<>()).add(node);
    }

    /** The same, of what is not in the log: the next look must name it. */
    void failedInPassing(NodeId node, Instant at) {
        failed(node, at);
        unnamed.removeIf(old -> old.period().isBefore(start(at).minus(period)));
        unnamed.add(new Event.AvailabilityCounted.Failed(node, start(at)));
    }

    /**
     * @param told whether this is told from the log, which has no sessions
     */
    void counted(
            Event.AvailabilityCounted event,
            PayPolicy policy,
            Predicate<OwnerId> good,
            boolean told) {
        for (var bad : event.failed()) {
            failed.computeIfAbsent(bad.period(), _ -> new HashSet<>()).add(bad.node());
        }
        event.went().forEach(present::remove);
        for (var device : event.came()) {
            present.put(device.node(), device.owner());
            owners.put(device.node(), device.owner());
        }
        if (!told) {
            Broken.unless(
                    event.whole() && unnamed.equals(Set.copyOf(event.failed())),
                    "who failed is named by the next look",
                    event,
                    unnamed);
        }
        unnamed.clear();
        Duration part = period.dividedBy(60);
        Broken.unless(event.mark().toEpochMilli() % part.toMillis() == 0, "marks are even", event);
        Instant from = event.mark().minus(part);
        Instant start = start(from);
        var its = marks.computeIfAbsent(start, _ -> new HashMap<>());
        long most = policy.availability().hoursPerDay() * 3_600_000L / part.toMillis();
        if (!told) {
            var expected = new HashMap<NodeId, OwnerId>();
            willing.forEach((session, since) -> {
                Event.SessionOpened who = java.util.Objects.requireNonNull(sessions.get(session));
                int had =
                        its.getOrDefault(who.node(), 0)
                                + used.getOrDefault(day(start) + who.node(), 0);
                if (!since.since().isAfter(from) && good.test(who.owner()) && had < most) {
                    expected.put(who.node(), who.owner());
                }
            });
            Broken.unless(present.equals(expected), "who is available", event, present, expected);
        }
        present.keySet().forEach(node -> its.merge(node, 1, Integer::sum));
    }

    /**
     * Complains, or gives the corners that were met.
     *
     * @param revenue what the platform has
     * @param convicted who gets nothing any more
     */
    List<Corner> paid(
            Event.AvailabilityPaid event,
            PayPolicy policy,
            long revenue,
            Predicate<OwnerId> convicted) {
        var corners = new ArrayList<Corner>();
        for (var stood : event.stood()) {
            Broken.unless(
                    stood.devices().equals(devices(event.period(), stood.owner(), corners)),
                    "who was available, and how long",
                    stood,
                    marks,
                    failed);
        }
        long asks = 0;
        for (var stood : event.stood()) {
            asks += convicted.test(stood.owner()) ? 0 : full(policy, stood.devices());
        }
        Broken.unless(
                asks == event.asked().millionths(), "what all would get", event, asks, policy);
        String day = day(event.period());
        long left = Math.min(event.budget().millionths(), revenue);
        Broken.unless(
                asked.putIfAbsent(event.period(), event.asked().millionths()) != null
                        || event.budget().millionths()
                                == Math.max(
                                        0,
                                        Math.min(
                                                revenue,
                                                policy.availability().budgetPerDay().millionths()
                                                        - spent.getOrDefault(day, 0L))),
                "no more than the budget of the day is given",
                event,
                spent);
        for (var stood : event.stood()) {
            long full = convicted.test(stood.owner()) ? 0 : full(policy, stood.devices());
            long its = full;
            if (event.asked().compareTo(event.budget()) > 0) {
                long ppm =
                        BigInteger.valueOf(event.budget().millionths())
                                .multiply(BigInteger.valueOf(1_000_000))
                                .divide(BigInteger.valueOf(event.asked().millionths()))
                                .longValueExact();
                its = full * ppm / 1_000_000;
                corners.add(Corner.AVAILABLE_CUT);
            }
            long got =
                    stood.payment()
                            .map(payment ->
                                    payment.postings().stream()
                                            .filter(posting ->
                                                    posting.account()
                                                            .path()
                                                            .equals(
                                                                    "owner:"
                                                                            + stood.owner().value()
                                                                            + ":escrow"))
                                            .mapToLong(posting -> posting.amount().millionths())
                                            .sum())
                            .orElse(0L);
            Broken.unless(
                    got == (its <= left ? its : 0), "the pay of who was available", stood, its);
            left -= got;
            spent.merge(day, got, Long::sum);
            stood.devices().forEach((node, parts) -> used.merge(day + node, parts, Integer::sum));
            if (got > 0) {
                corners.add(
                        interrupted.contains(event.period())
                                ? Corner.AVAILABLE_OVER_RESTART
                                : Corner.AVAILABLE_PAID);
            }
        }
        return corners;
    }

    private Map<NodeId, Integer> devices(Instant start, OwnerId owner, List<Corner> corners) {
        var devices = new TreeMap<NodeId, Integer>();
        Set<NodeId> bad = failed.getOrDefault(start, Set.of());
        marks.getOrDefault(start, Map.of())
                .forEach((node, parts) -> {
                    if (owner.equals(owners.get(node))) {
                        if (bad.contains(node)) {
                            corners.add(Corner.AVAILABLE_FORFEITED);
                        } else {
                            devices.put(node, parts);
                        }
                    }
                });
        return devices;
    }

    private long full(PayPolicy policy, Map<NodeId, Integer> devices) {
        long parts = devices.values().stream().mapToLong(Integer::longValue).sum();
        return parts
                * period.dividedBy(60).toSeconds()
                * policy.availability().microsPerHour()
                / 3_600;
    }

    void compare(Event.AvailabilityRestored snapshot) {
        String day = day(snapshot.day());
        Broken.unless(
                snapshot.spent().millionths() == spent.getOrDefault(day, 0L),
                "what was paid for availability today",
                snapshot,
                spent);
        snapshot.parts()
                .forEach((node, parts) ->
                        Broken.unless(
                                parts.equals(used.get(day + node)),
                                "what a device was paid for today",
                                snapshot,
                                used));
        var its = marks.getOrDefault(snapshot.running(), Map.of());
        var seen = new HashMap<NodeId, Integer>();
        for (var stay : snapshot.stays()) {
            Broken.unless(
                    stay.present() == present.containsKey(stay.node()),
                    "who is available now",
                    stay,
                    present);
            if (stay.parts() > 0) {
                seen.put(stay.node(), stay.parts());
            }
        }
        Broken.unless(seen.equals(its), "what a device has of this period", snapshot, its);
        for (var bad : snapshot.failed()) {
            Broken.unless(
                    failed.getOrDefault(bad.period(), Set.of()).contains(bad.node()),
                    "who failed",
                    snapshot,
                    failed);
        }
        for (var unpaid : snapshot.unpaid()) {
            for (var stood : unpaid.stood()) {
                Broken.unless(
                        stood.devices()
                                .equals(devices(unpaid.period(), stood.owner(), new ArrayList<>())),
                        "who is still to be paid",
                        unpaid,
                        marks);
            }
        }
    }

    private Instant start(Instant at) {
        long length = period.toMillis();
        return Instant.ofEpochMilli(at.toEpochMilli() / length * length);
    }

    private static String day(Instant at) {
        return at.atZone(ZoneOffset.UTC).toLocalDate() + " ";
    }
}
