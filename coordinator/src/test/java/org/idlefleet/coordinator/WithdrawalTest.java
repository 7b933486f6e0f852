package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.ResultRetracted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A conviction withdraws every result that is not final, and no other. */
class WithdrawalTest {
    private static final int SHARDS = 30_000;

    private boolean lying;
    private boolean answering = true;

    /**
     * More shards than a view of a job shows, and more audits than one decision opens: all of them
     * are found again nevertheless.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void findsEveryResultOfALargeJob(boolean durable) {
        SmallWorld world = turncoat();
        world.submit(SHARDS, Assurance.BULK, durable);
        while (world.all(ShardSettled.class).size() < SHARDS - 1_500) {
            world.step();
        }
        lying = true;
        world.arrive(16, "judge");
        world.settle();

        world.isConvicted("liar");
        var left = new TreeSet<Integer>();
        var looked = new TreeSet<Integer>();
        var again = new TreeSet<Integer>();
        for (Event event : world.events) {
            if (event instanceof ShardSettled settled
                    && settled.job().number() == 1
                    && of(settled, "liar")) {
                left.add(settled.shard());
            } else if (event instanceof JobAdmitted audit && audit.audit().isPresent()) {
                looked.add(audit.audit().get().shard());
                if (audit.audit().get().cause() == AuditOf.Cause.CONVICTION) {
                    again.add(audit.audit().get().shard());
                }
            } else if (event instanceof ResultRetracted retracted) {
                looked.add(retracted.shard());
            }
        }
        left.removeAll(looked);
        assertThat(left).isEmpty();
        if (durable) {
            assertThat(again).hasSizeGreaterThan(Job.SHARDS_SHOWN);
            // Nobody is left who could audit the judge: that ends after its time.
            world.pass(Duration.ofMinutes(11));
            assertThat(world.all(Event.JobEnded.class))
                    .filteredOn(ended -> ended.job().number() == 1)
                    .extracting(Event.JobEnded::end)
                    .containsExactly(JobEnd.DONE);
        } else {
            assertThat(world.all(ResultRetracted.class)).hasSizeGreaterThan(Job.SHARDS_SHOWN);
        }
    }

    /**
     * The auditor keeps silent. The device works on and clients get their answers at once, but all
     * beyond sixteen later results stay provisional for longer than results usually do.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void keepsAllButSixteenLaterResultsProvisionalWhileAnAuditOfTheDeviceIsOpen(long seed) {
        var world = silentAuditor(seed);
        world.pass(Duration.ofMinutes(2));
        assertThat(world.all(Event.OwnerConvicted.class)).isEmpty();

        answering = true;
        world.settle();

        world.isConvicted("liar");
        List<ShardSettled> later = unauditedSinceTheFirstAudit(world);
        assertThat(later).hasSizeGreaterThan(2 * Holds.CAP);
        assertThat(world.all(ResultRetracted.class))
                .extracting(ResultRetracted::wrong)
                .containsAll(
                        later.subList(Holds.CAP, later.size()).stream()
                                .map(ShardSettled::result)
                                .toList())
                .doesNotContainAnyElementsOf(
                        later.subList(0, Holds.CAP).stream().map(ShardSettled::result).toList());
    }

    /** Nobody could audit: that ends after its time, and the results are final. */
    @Test
    void anAuditThatNobodyDoesHoldsNothingForever() {
        var world = silentAuditor(7);
        List<ShardSettled> before = unauditedSinceTheFirstAudit(world);
        world.pass(Duration.ofMinutes(12));
        answering = true;
        world.arrive(1, "judge");
        world.submit(200, Assurance.BULK, false);
        world.settle();

        world.isConvicted("liar");
        assertThat(world.all(ResultRetracted.class))
                .isNotEmpty()
                .extracting(ResultRetracted::wrong)
                .doesNotContainAnyElementsOf(before.stream().map(ShardSettled::result).toList());
    }

    /** However many audits end after it, a conviction still finds a job that is not final. */
    @Test
    void auditsThatEndPushOutNoJobWhoseResultsAreNotFinal() {
        SmallWorld world = turncoat();
        lying = true;
        JobId wrong = world.submit(3, Assurance.BULK, false);
        world.settle();
        world.arrive(256, "judge");
        lying = false;
        world.submit(9_000, Assurance.VERIFIED, true);
        world.settle();
        assertThat(world.all(Event.JobEnded.class)).hasSizeGreaterThan(9_000);
        assertThat(world.all(Event.OwnerConvicted.class)).isEmpty();

        lying = true;
        world.submit(1, Assurance.VERIFIED, false);
        world.settle();

        world.isConvicted("liar");
        assertThat(world.all(ResultRetracted.class))
                .filteredOn(retracted -> retracted.job().equals(wrong))
                .hasSize(3);
    }

    /** A good owner who is there and lies when told to, and a judge who has yet to come. */
    private SmallWorld turncoat() {
        var world =
                new SmallWorld(
                        withoutRingers(1),
                        (owner, _, _) ->
                                lying && owner.equals("liar")
                                        ? SmallWorld.WRONG
                                        : SmallWorld.RIGHT);
        world.enrol("liar", true, false);
        world.enrol("judge", false, true);
        world.arrive(256, "liar");
        return world;
    }

    /** A liar whose results nobody audits in time; all its jobs have ended. */
    private SmallWorld silentAuditor(long seed) {
        lying = true;
        answering = false;
        var world =
                new SmallWorld(
                        withoutRingers(seed),
                        (owner, _, audit) ->
                                owner.equals("liar")
                                        ? SmallWorld.WRONG
                                        : audit && !answering ? null : SmallWorld.RIGHT);
        world.enrol("liar", true, false);
        world.enrol("judge", false, true);
        world.arrive(4, "liar");
        world.arrive(1, "judge");
        int jobs = 0;
        while (unauditedSinceTheFirstAudit(world).size() < 3 * Holds.CAP) {
            world.submit(10, Assurance.BULK, false);
            world.settle();
            jobs++;
        }
        assertThat(world.all(Event.JobEnded.class)).hasSizeGreaterThanOrEqualTo(jobs);
        return world;
    }

    private static List<ShardSettled> unauditedSinceTheFirstAudit(SmallWorld world) {
        var later = new ArrayList<ShardSettled>();
        boolean audited = false;
        for (Event event : world.events) {
            audited |=
                    event instanceof JobAdmitted admitted
                            && admitted.audit()
                                    .filter(audit -> audit.claim().owner().value().equals("liar"))
                                    .isPresent();
            if (audited
                    && event instanceof ShardSettled settled
                    && !settled.draw().audited()
                    && settled.auditPpm() > 0
                    && of(settled, "liar")) {
                later.add(settled);
            }
        }
        return later;
    }

    private static boolean of(ShardSettled settled, String owner) {
        return settled.result().owner().equals(new OwnerId(owner));
    }

    static Policy withoutRingers(long seed) {
        Policy standard = Policy.standard(seed);
        return new Policy(
                standard.pay(),
                standard.limits(),
                standard.pace(),
                new Policy.Checks(0),
                standard.seed());
    }
}
