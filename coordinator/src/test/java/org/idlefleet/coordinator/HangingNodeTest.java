package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.HedgeWanted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** A node takes a shard of a request, says that it is there, and never answers. */
class HangingNodeTest {
    /** A shard takes ten seconds here; after twice that it goes to somebody else as well. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anotherOwnerIsGivenTheSame(long seed) {
        SmallWorld world = world(seed);
        world.arrive(1, "hangs");
        JobId job = world.request(1);
        world.settle();
        world.arrive(1, "answers");

        world.pass(Duration.ofSeconds(15));
        assertThat(world.all(HedgeWanted.class)).isEmpty();
        world.pass(Duration.ofSeconds(10));

        assertThat(world.all(HedgeWanted.class)).hasSize(1);
        assertThat(world.all(LeaseEnded.class)).isEmpty();
        isDone(world, job);
    }

    /** Nobody else is there: an owner has one replica of a shard, and his lease has an end. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void losesTheLeaseWhereNobodyElseIsThere(long seed) {
        SmallWorld world = world(seed);
        world.arrive(1, "hangs");
        JobId job = world.request(1);
        world.settle();
        world.pass(Duration.ofSeconds(90));
        assertThat(world.all(LeaseEnded.class)).isEmpty();
        world.pass(Duration.ofSeconds(20));
        assertThat(world.all(LeaseEnded.class))
                .hasSize(1)
                .extracting(LeaseEnded::end)
                .containsOnly(Event.LeaseEnd.OVERRUN);

        world.arrive(1, "answers");
        world.pass(Duration.ofSeconds(30));
        isDone(world, job);
    }

    private static SmallWorld world(long seed) {
        var world =
                new SmallWorld(
                        Policy.standard(seed),
                        (owner, _, _) -> owner.equals("hangs") ? null : SmallWorld.RIGHT);
        world.enrol("hangs", false, false);
        world.enrol("answers", false, false);
        return world;
    }

    private static void isDone(SmallWorld world, JobId job) {
        assertThat(world.all(JobEnded.class))
                .filteredOn(ended -> ended.job().equals(job))
                .extracting(JobEnded::end)
                .containsExactly(JobEnd.DONE);
    }
}
