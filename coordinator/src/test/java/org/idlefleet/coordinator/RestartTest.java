package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The process dies at every flush of a small run, and the same is checked in the end. */
class RestartTest {
    private static final int SHARDS = 12;

    /** What happens in the run. */
    enum Run {
        /** Everything is audited by strangers, reviewed, or audited by trusted owners. */
        HONEST,
        /** One owner lies: audits dispute it and a conviction has its other results checked. */
        LIAR,
        /** Three vote and one lies: both sides of the dispute are put before a trusted owner. */
        QUORUM
    }

    @ParameterizedTest
    @EnumSource(Run.class)
    void whateverWasToBeCheckedIsCheckedWhereverTheProcessDies(Run run) {
        SmallWorld whole = world(run);
        whole.settle();
        Set<Integer> expected = checked(whole);
        assertThat(expected).isNotEmpty();
        int begun = world(run).flushed();
        int deaths = 0;
        for (int flushed : whole.flushes()) {
            if (flushed <= begun) {
                continue;
            }
            SmallWorld world = world(run);
            while (world.flushed() < flushed) {
                world.step();
            }
            if (run == Run.QUORUM && !wasDisputed(world)) {
                continue; // Other owners may get another shard, and no dispute arises.
            }
            world.crash();
            arrive(world);
            world.settle();
            deaths++;
            if (run == Run.HONEST) {
                assertThat(checked(world)).as("died at %d", flushed).isEqualTo(expected);
            }
            assertThat(unchecked(world)).as("died at %d", flushed).isEmpty();
            if (run == Run.LIAR) {
                world.isConvicted("liar");
            }
        }
        assertThat(deaths).isGreaterThan(5);
    }

    private static SmallWorld world(Run run) {
        var world =
                new SmallWorld(
                        Policy.standard(11),
                        (owner, _, _) ->
                                run != Run.HONEST && owner.equals("liar")
                                        ? SmallWorld.WRONG
                                        : SmallWorld.RIGHT);
        world.enrol("liar", false, false);
        world.enrol("ann", false, false);
        world.enrol("bob", false, false);
        world.enrol("judge", false, true);
        arrive(world);
        if (run == Run.QUORUM) {
            world.submit(SHARDS, 2);
        } else {
            world.submit(SHARDS, Assurance.VERIFIED, true);
        }
        return world;
    }

    private static void arrive(SmallWorld world) {
        world.arrive(1, "judge", "liar", "ann", "bob");
    }

    private static boolean wasDisputed(SmallWorld world) {
        return world.all(ShardSettled.class).stream()
                .anyMatch(settled -> !settled.dissenting().isEmpty());
    }

    /** Items of the client's job that an audit has come to an end about. */
    private static Set<Integer> checked(SmallWorld world) {
        Map<JobId, AuditOf> audits = audits(world);
        var checked = new TreeSet<Integer>();
        for (Event.JobEnded ended : world.all(Event.JobEnded.class)) {
            if (ended.end() == JobEnd.DONE && audits.containsKey(ended.job())) {
                checked.add(audits.get(ended.job()).from());
            }
        }
        return checked;
    }

    /** Results that were to be checked, still stand, and were not. */
    private static Set<Lease> unchecked(SmallWorld world) {
        Map<JobId, AuditOf> audits = audits(world);
        var left = new HashSet<Lease>();
        for (AuditOf audit : audits.values()) {
            if (audit.kept()) {
                left.add(audit.claim().lease());
            }
        }
        for (ShardSettled settled : world.all(ShardSettled.class)) {
            if (settled.draw().audited()) {
                left.add(settled.canonical());
            }
        }
        for (Event.JobEnded ended : world.all(Event.JobEnded.class)) {
            if (ended.end() == JobEnd.DONE && audits.containsKey(ended.job())) {
                left.remove(audits.get(ended.job()).claim().lease());
            }
        }
        world.all(Event.ResultRetracted.class)
                .forEach(retracted -> left.remove(retracted.wrong().lease()));
        return left;
    }

    private static Map<JobId, AuditOf> audits(SmallWorld world) {
        var audits = new HashMap<JobId, AuditOf>();
        for (JobAdmitted admitted : world.all(JobAdmitted.class)) {
            admitted.audit()
                    .filter(audit -> !audit.ringer())
                    .ifPresent(audit -> audits.put(admitted.job(), audit));
        }
        return audits;
    }
}
