package org.idlefleet.simulator;

import org.idlefleet.coordinator.Delivery;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A second, naive account of what work earns: from the policy in force, the owners' terms and what
 * the leases say, in numbers without a bound. It complains when a payment is another one.
 */
final class ReferencePay {
    private static final long WHOLE = 1_000_000;

    private final TreeMap<OwnerId, Event.OwnerTermsSet> terms = new TreeMap<>();
    private final Map<Lease, Instant> granted = new HashMap<>();
    private final Map<Lease, Delivery> deliveries = new HashMap<>();
    private PayPolicy policy;
    private long divided;

    ReferencePay(PayPolicy first) {
        policy = first;
    }

    PayPolicy policy() {
        return policy;
    }

    void set(Event.PolicySet event) {
        Broken.unless(
                event.policy().version() > policy.version() && event.divided().isZero(),
                "a new policy has a higher version",
                event,
                policy.version());
        policy = event.policy();
        divided = 0;
    }

    void set(Event.OwnerTermsSet event) {
        if (event.terms().equals(OwnerTerms.NONE)) {
            terms.remove(event.owner());
        } else {
            terms.put(event.owner(), event);
        }
    }

    void granted(Event.LeaseGranted event) {
        granted.put(event.lease(), event.at());
    }

    void answered(Event.LeaseAnswered event) {
        Instant from = granted.remove(event.lease());
        if (from != null) {
            deliveries.put(
                    event.lease(),
                    new Delivery(
                            Duration.between(from, event.at()),
                            event.computeTime(),
                            event.batteryJoules()));
        }
    }

    /** After a crash the vote's event is all that is left of its delivery. */
    void cast(Event.BallotCast event) {
        Optional<Delivery> known = Optional.ofNullable(deliveries.get(event.ballot().lease()));
        Broken.unless(
                known.isEmpty() || known.equals(event.delivery()), "how a vote came in", event);
        event.delivery().ifPresent(its -> deliveries.put(event.ballot().lease(), its));
    }

    void admitted(Event.JobAdmitted event) {
        Broken.unless(
                event.hold().isPresent() == event.audit().isEmpty(),
                "a client's job has a hold of its own, an audit has none",
                event);
        BigInteger base = big(micros(event)).multiply(big(units(event, event.units().items())));
        long surge = event.price().map(price -> (long) price.surgePpm()).orElse(0L);
        Broken.unless(
                event.hold().isEmpty()
                        || big(event.held().millionths())
                                .equals(base.add(floor(base.multiply(big(surge)), WHOLE))),
                "the ceiling is units times executions times price, with the most surge",
                event);
        Broken.unless(
                micros(event)
                        == policy.prices()
                                .getOrDefault(
                                        event.model().value(),
                                        policy.prices()
                                                .getOrDefault(
                                                        PayPolicy.ANY,
                                                        Truth.MANIFEST.priceMicrosPerWorkUnit())),
                "the price is the policy's, or else the model's",
                event);
    }

    /**
     * Complains, or gives the corners that were met.
     *
     * @param told whether this is told from the log, which has no leases: what it says of a result
     *     without a vote is believed
     */
    List<Corner> settled(Event.ShardSettled event, Event.JobAdmitted job, boolean told) {
        var corners = new ArrayList<Corner>();
        var sum = new TreeMap<String, Long>();
        for (Transaction part : event.payments()) {
            Broken.unless(
                    part.policy() == policy.version(), "the policy in force pays", event, policy);
            for (Posting posting : part.postings()) {
                sum.merge(posting.account().path(), posting.amount().millionths(), Long::sum);
            }
        }
        var owners = new TreeMap<String, Contributor>();
        event.contributors().forEach(its -> owners.put(its.owner(), its));
        var expected = new TreeMap<String, Contributor>();
        for (var ballots : List.of(event.agreeing(), event.inconclusive())) {
            for (var ballot : ballots) {
                if (ballot.lease().job().equals(event.job())) {
                    Contributor says = owners.get(ballot.owner().value());
                    boolean believed =
                            told && says != null && !deliveries.containsKey(ballot.lease());
                    expected.put(
                            ballot.owner().value(),
                            believed
                                    ? says
                                    : contributor(
                                            ballot.owner(),
                                            ballot.lease(),
                                            job,
                                            job.units().between(event.from(), event.to()),
                                            event.at()));
                }
            }
        }
        Broken.unless(owners.equals(expected), "who is paid, and why", owners, expected);
        if (owners.values().stream().anyMatch(its -> its.effort().batteryJoules() > 0)) {
            corners.add(Corner.BATTERY_DRAINED);
        }
        long surge = Long.MAX_VALUE;
        for (Contributor its : owners.values()) {
            surge = Math.min(surge, surge(its.region(), event.at()));
        }
        long from = units(job, event.from());
        long to = units(job, event.to());
        long base = micros(job) * (to - from);
        long most = job.price().map(price -> (long) price.surgePpm()).orElse(0L);
        long ceiling = ceiling(micros(job) * to, most) - ceiling(micros(job) * from, most);
        long charged = Math.min(base + floor(base * surge), ceiling);
        if (charged > base) {
            corners.add(Corner.SURGE);
        }
        Map<String, Long> earned = divide(List.copyOf(owners.values()), charged, event, corners);
        String pot = job.audit().isPresent() ? ":prepaid" : ":hold";
        earned.put("client:" + job.client().value() + pot, -charged);
        earned.values().removeIf(amount -> amount == 0);
        Broken.unless(earned.equals(sum), "the payment", event, sum, earned, policy);
        divided += charged;
        return corners;
    }

    void compare(Event.PolicySet snapshot) {
        Broken.unless(
                snapshot.policy().equals(policy) && snapshot.divided().millionths() == divided,
                "the policy in force and what it has divided",
                snapshot,
                policy,
                divided);
    }

    void compare(Event.OwnerTermsSet snapshot) {
        Broken.unless(
                snapshot.equals(terms.get(snapshot.owner())), "the terms of an owner", snapshot);
    }

    private Contributor contributor(
            OwnerId owner, Lease lease, Event.JobAdmitted job, long units, Instant at) {
        OwnerTerms its = terms.containsKey(owner) ? terms.get(owner).terms() : OwnerTerms.NONE;
        Optional<Delivery> delivery = Optional.ofNullable(deliveries.get(lease));
        var known = Contributor.of(owner.value());
        long joules = 0;
        long millis = 0;
        PayPolicy.Reference reference =
                policy.references()
                        .getOrDefault(job.model().value(), policy.references().get(PayPolicy.ANY));
        if (reference != null && delivery.isPresent()) {
            long micros =
                    Math.min(
                            units * reference.microsPerUnit(),
                            delivery.get().computed().toNanos() / 1_000);
            joules = micros * reference.watts() / 1_000_000;
            millis = micros / 1_000;
        }
        var tariff = known.microsPerKwh();
        for (Rates.Tariff line : its.electricity().reversed()) {
            if (holds(line.hours(), its.region(), at)) {
                tariff = java.util.OptionalLong.of(line.microsPerKwh());
            }
        }
        return new Contributor(
                owner.value(),
                its.region(),
                its.fleet().map(OwnerId::value),
                its.referrer().map(OwnerId::value),
                new org.idlefleet.ledger.policy.Effort(
                        joules,
                        Math.min(joules, delivery.map(Delivery::batteryJoules).orElse(0L)),
                        millis),
                tariff,
                delivery.map(Delivery::turnaround));
    }

    /** What each account gets; the owners are in the order of their names. */
    private Map<String, Long> divide(
            List<Contributor> owners,
            long charged,
            Event.ShardSettled event,
            List<Corner> corners) {
        var earned = new TreeMap<String, Long>();
        var own = new TreeMap<String, Long>();
        long platform = part(Party.PLATFORM, charged);
        long reserve = part(Party.VERIFICATION, charged) + part(Party.AUDITORS, charged);
        for (int i = 0; i < owners.size(); i++) {
            Contributor its = owners.get(i);
            own.merge(its.owner(), turn(Party.OWNER, charged, i, owners.size()), Long::sum);
            long fleet = turn(Party.FLEET, charged, i, owners.size());
            if (its.fleet().isPresent()) {
                earned.merge(escrow(its.fleet().get()), fleet, Long::sum);
            } else {
                own.merge(its.owner(), fleet, Long::sum);
            }
            long referrer = turn(Party.REFERRER, charged, i, owners.size());
            if (its.referrer().isPresent()) {
                earned.merge(escrow(its.referrer().get()), referrer, Long::sum);
            } else {
                platform += referrer;
            }
        }
        for (Contributor its : owners) {
            long tariff = its.microsPerKwh().orElse(tariff(its.region(), event.at()));
            long cost =
                    ceil(its.effort().joules() * tariff, 3_600_000)
                            + ceil(
                                    its.effort().batteryJoules()
                                            * policy.rates().batteryMicrosPerKwh(),
                                    3_600_000)
                            + ceil(
                                    its.effort().acceleratorMillis()
                                            * policy.rates().acceleratorMicrosPerHour(),
                                    3_600_000);
            long lacking = Math.max(0, cost - own.getOrDefault(its.owner(), 0L));
            for (Party party : policy.backing().floor()) {
                long from = Math.min(lacking, party == Party.PLATFORM ? platform : reserve);
                platform -= party == Party.PLATFORM ? from : 0;
                reserve -= party == Party.PLATFORM ? 0 : from;
                own.merge(its.owner(), from, Long::sum);
                lacking -= from;
                if (from > 0) {
                    corners.add(Corner.COSTS_COVERED);
                }
            }
        }
        for (Contributor its : owners) {
            Duration within = policy.quickReturn().within();
            if (its.turnaround().isPresent() && its.turnaround().get().compareTo(within) <= 0) {
                long bonus =
                        own.getOrDefault(its.owner(), 0L)
                                * policy.quickReturn().partsPerMillion()
                                / WHOLE;
                for (Party party : policy.backing().bonus()) {
                    long from = Math.min(bonus, party == Party.PLATFORM ? platform : reserve);
                    platform -= party == Party.PLATFORM ? from : 0;
                    reserve -= party == Party.PLATFORM ? 0 : from;
                    own.merge(its.owner(), from, Long::sum);
                    bonus -= from;
                    if (from > 0) {
                        corners.add(Corner.QUICK_RETURN);
                    }
                }
            }
        }
        own.forEach((owner, amount) -> earned.merge(escrow(owner), amount, Long::sum));
        earned.merge("platform:revenue", platform, Long::sum);
        earned.merge("platform:verification", reserve, Long::sum);
        return earned;
    }

    /** A party's part of the next amount of the stream. */
    private long part(Party party, long charged) {
        return had(party, divided + charged) - had(party, divided);
    }

    /** The part of it that the owner at this place of the list has the turn for. */
    private long turn(Party party, long charged, int place, int places) {
        return (had(party, divided + charged) + place) / places
                - (had(party, divided) + place) / places;
    }

    /** Each in turn takes its part of what the others left; the remainder's party has the rest. */
    private long had(Party party, long total) {
        BigInteger left = big(total);
        long parts = WHOLE;
        for (Share share : policy.shares().shares()) {
            if (share.party() != policy.shares().remainder() && parts > 0) {
                BigInteger its = floor(left.multiply(big(share.partsPerMillion())), parts);
                if (share.party() == party) {
                    return its.longValueExact();
                }
                left = left.subtract(its);
                parts -= share.partsPerMillion();
            }
        }
        return party == policy.shares().remainder() ? left.longValueExact() : 0;
    }

    private long surge(String region, Instant at) {
        for (PayPolicy.Surge surge : policy.surges()) {
            if (holds(surge.hours(), region, at)) {
                return surge.partsPerMillion();
            }
        }
        return 0;
    }

    private long tariff(String region, Instant at) {
        for (Rates.Tariff tariff : policy.rates().tariffs()) {
            if (holds(tariff.hours(), region, at)) {
                return tariff.microsPerKwh();
            }
        }
        return 0;
    }

    private boolean holds(Hours hours, String region, Instant at) {
        var zone = policy.zones().containsKey(region) ? policy.zones().get(region) : ZoneOffset.UTC;
        var local = at.atZone(zone);
        boolean inside = false;
        for (int hour = hours.from(), i = 0; i < 24; i++, hour = (hour + 1) % 24) {
            if (i > 0 && hour == hours.to() % 24) {
                break;
            }
            inside |= hour == local.getHour();
        }
        return inside
                && (hours.region().isEmpty() || hours.region().equals(region))
                && (hours.days().isEmpty() || hours.days().contains(local.getDayOfWeek()));
    }

    private static long micros(Event.JobAdmitted job) {
        return job.price()
                .map(price -> price.micros())
                .orElse(Truth.MANIFEST.priceMicrosPerWorkUnit());
    }

    private static long units(Event.JobAdmitted job, int items) {
        return job.units().between(0, items) * job.quorum();
    }

    private static long ceiling(long base, long most) {
        return base + base * most / WHOLE;
    }

    private static long floor(long millionthParts) {
        return millionthParts / WHOLE;
    }

    private static BigInteger floor(BigInteger amount, long parts) {
        return amount.divide(big(parts));
    }

    private static long ceil(long amount, long whole) {
        return amount / whole + (amount % whole == 0 ? 0 : 1);
    }

    private static BigInteger big(long number) {
        return BigInteger.valueOf(number);
    }

    private static String escrow(String owner) {
        return "owner:" + owner + ":escrow";
    }
}
