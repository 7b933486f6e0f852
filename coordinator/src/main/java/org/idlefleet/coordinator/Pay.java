package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.OwnerTermsSet;
import org.idlefleet.coordinator.Event.PolicySet;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.policy.Effort;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Payment;
import org.idlefleet.ledger.policy.Work;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What work earns: the policy in force, what it has divided so far, and the terms of owners. */
final class Pay {
    /** When the configuration's first policy was set, which no event did. */
    private static final Instant UNSET = Instant.EPOCH;

    private final TreeMap<OwnerId, OwnerTermsSet> terms = new TreeMap<>();
    private PayPolicy policy;
    private Money divided = Money.ZERO;
    private Optional<Instant> since = Optional.empty();

    /**
     * @param first in force until an event says otherwise
     */
    Pay(PayPolicy first) {
        policy = first;
    }

    /**
     * What is paid for a shard.
     *
     * @param contributors what its division follows from; they stand in the event
     */
    record Settled(Payment payment, List<Contributor> contributors) {
        Transaction first() {
            return payment.transactions().getFirst();
        }

        List<Transaction> further() {
            return payment.transactions().subList(1, payment.transactions().size());
        }
    }

    PayPolicy policy() {
        return policy;
    }

    OwnerTerms terms(OwnerId owner) {
        OwnerTermsSet its = terms.get(owner);
        return its == null ? OwnerTerms.NONE : its.terms();
    }

    /** What a job of this model costs if it is admitted now. */
    Price price(ModelSpec model) {
        return new Price(
                policy.unitPrice(model.model().value()).orElse(model.priceMicrosPerWorkUnit()),
                policy.surgeMost());
    }

    /** A new version must have a higher number, so that a number stands for one policy for ever. */
    Optional<Refusal> refusal(PayPolicy wanted) {
        if (wanted.version() > policy.version() || wanted.equals(policy)) {
            return Optional.empty();
        }
        return Optional.of(
                new Refusal.Conflict(
                        "policy version "
                                + policy.version()
                                + " is in force: give the new one a higher version, found "
                                + wanted.version()));
    }

    /** The most that a shard's payment may come to: its part of what was agreed for the job. */
    Money ceiling(Job job, ModelSpec model, OpenShard shard) {
        int quorum = job.admitted().quorum();
        return job.price(model)
                .ceiling(
                        job.work().units().between(0, shard.from()) * quorum,
                        job.work().units().between(0, shard.to()) * quorum);
    }

    /**
     * The payment of all whose results count.
     *
     * @param newest how the newest of them came in, which the job does not know yet
     */
    Settled pay(
            Job job,
            ModelSpec model,
            OpenShard shard,
            List<Ballot> paid,
            Optional<Delivery.Newest> newest,
            Instant now) {
        Event.JobAdmitted admitted = job.admitted();
        int quorum = admitted.quorum();
        long units = job.work().units().between(shard.from(), shard.to());
        var contributors = new ArrayList<Contributor>(paid.size());
        for (Ballot ballot : paid) {
            contributors.add(contributor(ballot, job, model, units, newest, now));
        }
        var work =
                new Work(
                        TransactionId.settle(
                                admitted.job().toString(), Integer.toString(shard.index())),
                        admitted.client().value(),
                        job.payer(),
                        admitted.model().value(),
                        units * quorum,
                        now,
                        ceiling(job, model, shard),
                        contributors,
                        List.of());
        return new Settled(
                policy.pay(work, job.price(model).of(units * quorum), divided), contributors);
    }

    private Contributor contributor(
            Ballot ballot,
            Job job,
            ModelSpec model,
            long units,
            Optional<Delivery.Newest> newest,
            Instant now) {
        OwnerTerms its = terms(ballot.owner());
        Optional<Delivery> delivery =
                job.delivery(ballot.lease())
                        .or(() ->
                                newest.filter(one -> one.lease().equals(ballot.lease()))
                                        .map(Delivery.Newest::delivery));
        OptionalLong tariff = policy.tariff(its.electricity(), its.region(), now);
        return new Contributor(
                ballot.owner().value(),
                its.region(),
                its.fleet().map(OwnerId::value),
                its.referrer().map(OwnerId::value),
                delivery.map(known ->
                                policy.effort(
                                        model.model().value(),
                                        units,
                                        known.computed(),
                                        known.batteryJoules()))
                        .orElse(Effort.NONE),
                tariff,
                delivery.map(Delivery::turnaround));
    }

    void apply(PolicySet event) {
        policy = event.policy();
        divided = event.divided();
        since = Optional.of(event.at()).filter(UNSET::isBefore);
    }

    void apply(OwnerTermsSet event) {
        if (event.terms().equals(OwnerTerms.NONE)) {
            terms.remove(event.owner());
        } else {
            terms.put(event.owner(), event);
        }
    }

    /** Every settlement under the version in force moves its stream on. */
    void settled(ShardSettled event, AccountId payer) {
        if (event.payment().policy() == policy.version()) {
            divided = divided.plus(event.charged(payer));
        }
    }

    List<Event.Durable> snapshot() {
        var events = new ArrayList<Event.Durable>();
        if (since.isPresent() || divided.isPositive()) {
            events.add(new PolicySet(policy, divided, since.orElse(UNSET)));
        }
        events.addAll(terms.values());
        return events;
    }

    View.Pay view() {
        var all = new TreeMap<OwnerId, OwnerTerms>();
        terms.forEach((owner, its) -> all.put(owner, its.terms()));
        return new View.Pay(policy, since, divided, all);
    }
}
