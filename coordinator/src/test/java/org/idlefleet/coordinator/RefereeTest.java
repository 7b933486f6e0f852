package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.Event.MoreBallotsWanted;
import org.idlefleet.coordinator.Event.SessionOpened;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A dispute waits for a trusted owner who may decide it, whoever else is free. */
class RefereeTest {
    private boolean busy = true;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void waitsForATrustedOwnerOtherThanTheOneItIsAbout(long seed) {
        var world =
                new SmallWorld(
                        WithdrawalTest.withoutRingers(seed),
                        (owner, _, _) ->
                                owner.equals("judge") && busy
                                        ? null
                                        : owner.equals("liar")
                                                ? SmallWorld.WRONG
                                                : SmallWorld.RIGHT);
        world.enrol("judge", true, true);
        world.enrol("author", true, true);
        world.enrol("liar", true, false);
        world.enrol("stranger", true, false);
        world.arrive(1, "judge");
        world.submit(1, Assurance.QUORUM, true);
        world.arrive(4, "author");
        JobId job = world.submit(1, Assurance.VERIFIED, true);
        world.arrive(4, "liar");
        world.settle();
        world.arrive(4, "stranger");
        world.settle();

        JobId audit = auditOf(world, job);
        assertThat(world.all(MoreBallotsWanted.class))
                .anyMatch(more -> more.job().equals(audit) && more.trusted());
        assertThat(granted(world, audit)).containsExactly("liar");

        busy = false;
        world.settle();

        assertThat(granted(world, audit)).containsExactly("liar", "judge");
        world.isConvicted("liar");
        assertThat(world.watched("liar")).as("its own cohort tells nothing").isEmpty();
        assertThat(world.watched("author")).hasValue("liar");
    }

    private static JobId auditOf(SmallWorld world, JobId job) {
        return world.all(Event.JobAdmitted.class).stream()
                .filter(admitted -> admitted.audit().filter(of -> of.job().equals(job)).isPresent())
                .findFirst()
                .orElseThrow()
                .job();
    }

    /** Whose devices were given the job, in order. */
    private static List<String> granted(SmallWorld world, JobId job) {
        Map<Long, String> owners = new HashMap<>();
        for (SessionOpened opened : world.all(SessionOpened.class)) {
            owners.put(opened.session(), opened.owner().value());
        }
        return world.all(LeaseGranted.class).stream()
                .filter(granted -> granted.lease().job().equals(job))
                .map(granted -> owners.get(granted.session()))
                .toList();
    }
}
