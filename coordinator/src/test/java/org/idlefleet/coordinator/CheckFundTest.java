package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.Booked;
import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks are paid out of what was set aside for many of them. */
class CheckFundTest {
    private static final Instant LATER = Instant.parse("2026-01-02T00:00:00Z");

    @Test
    void setsMoneyAsideForManyChecksAtOnceAlsoOverACrash() {
        SmallWorld world = world();
        world.submit(150, Assurance.VERIFIED, true);
        world.settle();
        world.crash();
        arrive(world);
        world.submit(150, Assurance.VERIFIED, true);
        world.settle();

        Set<JobId> audits = audits(world);
        long funded = 0;
        int paid = 0;
        Money left = Money.ZERO;
        for (Event event : world.events) {
            if (event instanceof Booked booked
                    && booked.transaction().change(AccountId.CHECKS).isPositive()) {
                funded++;
                left = left.plus(booked.transaction().change(AccountId.CHECKS));
            } else if (event instanceof ShardSettled settled && audits.contains(settled.job())) {
                paid++;
                left = left.plus(settled.payment().change(AccountId.CHECKS));
                assertThat(settled.payment().id())
                        .as("it is named as any other, and tells nobody that it is a check")
                        .hasToString("settle/" + settled.job() + "/" + settled.shard());
            }
        }
        assertThat(paid).isBetween(300, 511);
        assertThat(funded).isEqualTo(2);
        assertThat(left.isNegative()).isFalse();
    }

    /** An audit of an earlier release has a hold of its own, and ends with the process. */
    @Test
    void givesBackWhatAnEarlierReleaseHeldForAnAudit() {
        SmallWorld world = world();
        world.submit(1, Assurance.VERIFIED, true);
        while (audits(world).isEmpty()) {
            world.step();
        }
        JobId audit = audits(world).iterator().next();
        var core = new Coordinator(Policy.standard(11));
        for (Event event : List.copyOf(world.events)) {
            if (event instanceof Event.Durable durable) {
                core.apply(
                        durable instanceof JobAdmitted admitted && admitted.job().equals(audit)
                                ? held(admitted)
                                : durable);
            }
        }

        var ended = new ArrayList<JobEnded>();
        for (Event event : core.decide(new Command.Begin(), LATER).events()) {
            core.apply(event);
            if (event instanceof JobEnded end && end.job().equals(audit)) {
                ended.add(end);
            }
        }

        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().end()).isEqualTo(JobEnd.RESTART);
        assertThat(ended.getFirst().voided().orElseThrow().id()).hasToString("void/" + audit);
        assertThat(core.bookTotal()).isEqualTo(Money.ZERO);
    }

    private static Set<JobId> audits(SmallWorld world) {
        var audits = new TreeSet<JobId>();
        for (Event event : world.events) {
            if (event instanceof JobAdmitted admitted && admitted.audit().isPresent()) {
                audits.add(admitted.job());
            }
        }
        return audits;
    }

    private static JobAdmitted held(JobAdmitted audit) {
        return new JobAdmitted(
                audit.job(),
                audit.client(),
                audit.model(),
                audit.manifest(),
                audit.kind(),
                audit.units(),
                audit.quorum(),
                audit.tier(),
                audit.deadline(),
                audit.durable(),
                Optional.of(
                        new Transaction(
                                TransactionId.hold(audit.job().toString()),
                                List.of(
                                        new Posting(
                                                AccountId.hold(audit.client().value()),
                                                new Money(40)),
                                        new Posting(AccountId.ISSUED, new Money(-40))))),
                audit.assurance(),
                audit.audit(),
                audit.price(),
                audit.key(),
                audit.once(),
                audit.at());
    }

    private static SmallWorld world() {
        var world = new SmallWorld(Policy.standard(11), (_, _, _) -> SmallWorld.RIGHT);
        for (String owner : List.of("ann", "bob", "cid")) {
            world.enrol(owner, true, false);
        }
        arrive(world);
        return world;
    }

    private static void arrive(SmallWorld world) {
        world.arrive(4, "ann", "bob", "cid");
    }
}
