package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.AvailabilityCounted;
import org.idlefleet.coordinator.Event.AvailabilityCounted.Came;
import org.idlefleet.coordinator.Event.AvailabilityCounted.Failed;
import org.idlefleet.coordinator.Event.AvailabilityPaid;
import org.idlefleet.coordinator.Event.AvailabilityRestored;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Pay for being parked and willing, apart from work. A device is available as long as it is
 * connected and offers slots for a model that is served, whether it works or waits. That is looked
 * at sixty times a period, and a sixtieth counts if the device was available all through it. Its
 * owner must have passed the warm-up and not be convicted; a device that refused, failed or was
 * outvoted in a period gets nothing for it.
 *
 * <p>Each look is in the log, by who came and who went since the last one, so that a restart loses
 * no sixtieth that was counted. After it nobody is connected: the sixtieth that it falls into
 * counts for nobody. A device that refused or failed after the last look before a crash is not
 * remembered.
 */
final class Availability {
    /** Owners paid in one event; the next follow a moment later. */
    static final int OWNERS_MAX = 256;

    /** Devices named in one event; the next follow a moment later. */
    static final int DEVICES_MAX = 16_384;

    private static final int PARTS = 60;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final long WHOLE = 1_000_000;

    private final Duration period;
    private final Duration part;
    private final Fleet fleet;
    private final Trust trust;
    private final Book book;
    private final Pay pay;
    private final TreeMap<NodeId, Stay> stays = new TreeMap<>();

    /** Who was available when that was last looked at. */
    private final TreeMap<NodeId, OwnerId> present = new TreeMap<>();

    /** Who gets nothing, by period, as far as the log knows. */
    private final TreeMap<Instant, SortedSet<NodeId>> failures = new TreeMap<>();

    /** And those that no look has named yet. */
    private final TreeMap<Instant, SortedSet<NodeId>> unnamed = new TreeMap<>();

    private final Deque<Closed> closed = new ArrayDeque<>();
    private final TreeMap<NodeId, Integer> today = new TreeMap<>();
    private Instant day = Instant.EPOCH;
    private Money spent = Money.ZERO;
    private Instant running = Instant.EPOCH;
    private Instant due = Instant.EPOCH;

    /** What a device has of the running period. */
    private record Stay(OwnerId owner, int parts) {}

    /**
     * A period that is over and not paid yet.
     *
     * @param totals set with the first payment, so that all are cut alike
     */
    private record Closed(
            Instant from,
            TreeMap<OwnerId, TreeMap<NodeId, Integer>> owners,
            Optional<Totals> totals) {}

    /** What all would get, and what there is for it. */
    private record Totals(Money asked, Money budget) {}

    Availability(Policy policy, Fleet fleet, Trust trust, Book book, Pay pay) {
        period = policy.pace().availability();
        part = period.dividedBy(PARTS);
        this.fleet = fleet;
        this.trust = trust;
        this.book = book;
        this.pay = pay;
    }

    /** When to look again; empty while the policy pays nobody for being there. */
    Optional<Instant> nextDeadline() {
        return pay.policy().availability().pays() || !closed.isEmpty()
                ? Optional.of(due)
                : Optional.empty();
    }

    /** Counts the part of a period that is over, or pays the next owners of one that was. */
    Decision wake(Instant now) {
        if (nextDeadline().filter(at -> !at.isAfter(now)).isEmpty()) {
            return Decision.NOTHING;
        }
        Closed oldest = closed.peek();
        return Decision.event(oldest == null ? counted(now) : paid(oldest, now));
    }

    private AvailabilityCounted counted(Instant now) {
        Instant mark = floor(now, part);
        SortedMap<NodeId, OwnerId> available = available(mark.minus(part));
        var failed = new ArrayList<Failed>();
        unnamed.forEach((its, nodes) -> nodes.forEach(node -> failed.add(new Failed(node, its))));
        var went = new ArrayList<NodeId>();
        present.forEach((node, owner) -> {
            if (!owner.equals(available.get(node))) {
                went.add(node);
            }
        });
        var came = new ArrayList<Came>();
        available.forEach((node, owner) -> {
            if (!owner.equals(present.get(node))) {
                came.add(new Came(node, owner));
            }
        });
        int room = DEVICES_MAX;
        List<Failed> someFailed = failed.subList(0, Math.min(room, failed.size()));
        room -= someFailed.size();
        List<NodeId> someWent = went.subList(0, Math.min(room, went.size()));
        room -= someWent.size();
        List<Came> someCame = came.subList(0, Math.min(room, came.size()));
        boolean whole =
                someFailed.size() == failed.size()
                        && someWent.size() == went.size()
                        && someCame.size() == came.size();
        return new AvailabilityCounted(mark, someCame, someWent, someFailed, whole, now);
    }

    /** Who was available all through the part of a period that began then. */
    private SortedMap<NodeId, OwnerId> available(Instant since) {
        var available = new TreeMap<NodeId, OwnerId>();
        Instant its = floor(since, period);
        int most = most();
        for (ParkSession session : fleet.sessions()) {
            Instant willing = session.willingSince().orElse(null);
            if (willing != null
                    && !willing.isAfter(since)
                    && trust.warmedUp(session.owner())
                    && had(session.node(), its) < most) {
                available.put(session.node(), session.owner());
            }
        }
        return available;
    }

    private AvailabilityPaid paid(Closed oldest, Instant now) {
        Totals totals = oldest.totals().orElseGet(() -> totals(oldest));
        var stood = new ArrayList<AvailabilityPaid.Stood>();
        Money left = book.balance(AccountId.REVENUE);
        for (Map.Entry<OwnerId, TreeMap<NodeId, Integer>> entry : oldest.owners().entrySet()) {
            if (stood.size() == OWNERS_MAX) {
                break;
            }
            OwnerId owner = entry.getKey();
            Money its = cut(full(owner, entry.getValue()), totals);
            boolean pays = its.isPositive() && its.compareTo(left) <= 0;
            Optional<Transaction> payment =
                    pays
                            ? Optional.of(pay.policy().available(owner.value(), oldest.from(), its))
                            : Optional.empty();
            left = pays ? left.minus(its) : left;
            stood.add(new AvailabilityPaid.Stood(owner, new TreeMap<>(entry.getValue()), payment));
        }
        return new AvailabilityPaid(oldest.from(), totals.asked(), totals.budget(), stood, now);
    }

    /** The budget is for a day; what the platform has not earned it can't give. */
    private Totals totals(Closed oldest) {
        Money asked = Money.ZERO;
        for (Map.Entry<OwnerId, TreeMap<NodeId, Integer>> entry : oldest.owners().entrySet()) {
            asked = asked.plus(full(entry.getKey(), entry.getValue()));
        }
        Money had = day.equals(day(oldest.from())) ? spent : Money.ZERO;
        Money budget = pay.policy().availability().budgetPerDay().minus(had);
        Money revenue = book.balance(AccountId.REVENUE);
        budget = budget.compareTo(revenue) < 0 ? budget : revenue;
        return new Totals(asked, budget.isPositive() ? budget : Money.ZERO);
    }

    private Money full(OwnerId owner, Map<NodeId, Integer> devices) {
        if (trust.convicted(owner)) {
            return Money.ZERO;
        }
        long parts = devices.values().stream().mapToLong(Integer::longValue).sum();
        return pay.policy().availability().pay(part.multipliedBy(parts));
    }

    /** All alike, in whole parts of a million, rounded down. */
    private static Money cut(Money full, Totals totals) {
        if (totals.asked().compareTo(totals.budget()) <= 0) {
            return full;
        }
        long ppm =
                Math.multiplyExact(totals.budget().millionths(), WHOLE)
                        / totals.asked().millionths();
        return full.share((int) ppm);
    }

    /** A device did not do what it was there for, as a durable event says. */
    void failed(NodeId node, Instant at) {
        note(failures, node, at);
    }

    /** The same, as a passing event says: the next look names it. */
    void failedInPassing(NodeId node, Instant at) {
        note(unnamed, node, at);
    }

    private void note(SortedMap<Instant, SortedSet<NodeId>> of, NodeId node, Instant at) {
        Instant its = floor(at, period);
        of.headMap(its.minus(period)).clear();
        of.computeIfAbsent(its, _ -> new TreeSet<>()).add(node);
    }

    /** The process has started: nobody is connected. */
    void begin(Instant at) {
        present.clear();
        unnamed.clear();
        enter(floor(at, period));
        due = floor(at, part).plus(part);
    }

    /** The running period is this one; if that is new, the one before is over. */
    private void enter(Instant its) {
        if (!its.equals(running)) {
            close();
            running = its;
        }
    }

    /** The policy may pay now what it did not pay before. */
    void policySet(Instant at) {
        if (due.isBefore(at)) {
            due = floor(at, part).plus(part);
        }
    }

    void apply(AvailabilityCounted event) {
        for (Failed failed : event.failed()) {
            failures.computeIfAbsent(failed.period(), _ -> new TreeSet<>()).add(failed.node());
            SortedSet<NodeId> its = unnamed.get(failed.period());
            if (its != null && its.remove(failed.node()) && its.isEmpty()) {
                unnamed.remove(failed.period());
            }
        }
        event.went().forEach(present::remove);
        event.came().forEach(device -> present.put(device.node(), device.owner()));
        if (!event.whole()) {
            due = event.at().plus(PAUSE);
            return;
        }
        enter(floor(event.mark().minus(part), period));
        present.forEach((node, owner) ->
                stays.merge(
                        node,
                        new Stay(owner, 1),
                        (old, one) -> new Stay(one.owner(), old.parts() + one.parts())));
        enter(floor(event.mark(), period));
        due = event.mark().plus(part);
    }

    /** Parts of a device that count on one day. */
    private int most() {
        Duration hours = Duration.ofHours(pay.policy().availability().hoursPerDay());
        return (int) Math.min(Integer.MAX_VALUE, hours.dividedBy(part));
    }

    /** What a device has of a day up to now, and of the period that began then. */
    private int had(NodeId node, Instant its) {
        Stay stay = its.equals(running) ? stays.get(node) : null;
        int before = day.equals(day(its)) ? today.getOrDefault(node, 0) : 0;
        return before + (stay == null ? 0 : stay.parts());
    }

    private void close() {
        SortedSet<NodeId> failed = failures.getOrDefault(running, new TreeSet<>());
        var owners = new TreeMap<OwnerId, TreeMap<NodeId, Integer>>();
        stays.forEach((node, stay) -> {
            if (!failed.contains(node)) {
                owners.computeIfAbsent(stay.owner(), _ -> new TreeMap<>()).put(node, stay.parts());
            }
        });
        stays.clear();
        failures.headMap(running, true).clear();
        if (!owners.isEmpty()) {
            closed.add(new Closed(running, owners, Optional.empty()));
        }
    }

    void apply(AvailabilityPaid event) {
        Instant its = day(event.period());
        if (!its.equals(day)) {
            day = its;
            today.clear();
            spent = Money.ZERO;
        }
        for (AvailabilityPaid.Stood stood : event.stood()) {
            stood.devices().forEach((node, parts) -> today.merge(node, parts, Integer::sum));
            if (stood.payment().isPresent()) {
                Transaction payment = stood.payment().get();
                book.apply(payment);
                spent = spent.minus(payment.change(AccountId.REVENUE));
            }
        }
        Closed oldest = closed.poll();
        if (oldest != null) {
            event.stood().forEach(stood -> oldest.owners().remove(stood.owner()));
            if (!oldest.owners().isEmpty()) {
                closed.addFirst(
                        new Closed(
                                oldest.from(),
                                oldest.owners(),
                                Optional.of(new Totals(event.asked(), event.budget()))));
                due = event.at().plus(PAUSE);
            }
        }
    }

    void apply(AvailabilityRestored event) {
        day = event.day();
        spent = event.spent();
        today.putAll(event.parts());
        if (event.running().equals(Instant.EPOCH)) {
            return;
        }
        running = event.running();
        for (AvailabilityRestored.Stay stay : event.stays()) {
            if (stay.parts() > 0) {
                stays.put(stay.node(), new Stay(stay.owner(), stay.parts()));
            }
            if (stay.present()) {
                present.put(stay.node(), stay.owner());
            }
        }
        event.failed()
                .forEach(failed ->
                        failures.computeIfAbsent(failed.period(), _ -> new TreeSet<>())
                                .add(failed.node()));
        for (AvailabilityRestored.Unpaid unpaid : event.unpaid()) {
            var owners = new TreeMap<OwnerId, TreeMap<NodeId, Integer>>();
            unpaid.stood()
                    .forEach(stood -> owners.put(stood.owner(), new TreeMap<>(stood.devices())));
            closed.add(
                    new Closed(
                            unpaid.period(),
                            owners,
                            unpaid.asked().map(asked -> new Totals(asked, unpaid.budget()))));
        }
    }

    List<Event.Durable> snapshot() {
        boolean nothing =
                day.equals(Instant.EPOCH)
                        && stays.isEmpty()
                        && present.isEmpty()
                        && failures.isEmpty()
                        && closed.isEmpty();
        return nothing
                ? List.of()
                : List.of(
                        new AvailabilityRestored(
                                day, spent, today, running, kept(), named(), unpaid()));
    }

    private List<AvailabilityRestored.Stay> kept() {
        var owners = new TreeMap<>(present);
        stays.forEach((node, stay) -> owners.put(node, stay.owner()));
        var kept = new ArrayList<AvailabilityRestored.Stay>();
        owners.forEach((node, owner) -> {
            Stay stay = stays.get(node);
            kept.add(
                    new AvailabilityRestored.Stay(
                            node,
                            owner,
                            stay == null ? 0 : stay.parts(),
                            present.containsKey(node)));
        });
        return kept;
    }

    private List<Failed> named() {
        var named = new ArrayList<Failed>();
        failures.forEach((its, nodes) -> nodes.forEach(node -> named.add(new Failed(node, its))));
        return named;
    }

    private List<AvailabilityRestored.Unpaid> unpaid() {
        var unpaid = new ArrayList<AvailabilityRestored.Unpaid>();
        for (Closed period : closed) {
            var stood = new ArrayList<AvailabilityPaid.Stood>();
            period.owners()
                    .forEach((owner, devices) ->
                            stood.add(
                                    new AvailabilityPaid.Stood(owner, devices, Optional.empty())));
            unpaid.add(
                    new AvailabilityRestored.Unpaid(
                            period.from(),
                            period.totals().map(Totals::asked),
                            period.totals().map(Totals::budget).orElse(Money.ZERO),
                            stood));
        }
        return unpaid;
    }

    private static Instant day(Instant at) {
        return at.truncatedTo(ChronoUnit.DAYS);
    }

    private static Instant floor(Instant at, Duration step) {
        long millis = step.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), millis) * millis);
    }
}
