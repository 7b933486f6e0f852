package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.Event.SessionOpened;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** No trusted owner is there to convict a liar, but all the others vote him down. */
class OftenOutvotedTest {
    private static final int JOBS = 40;

    private final Map<Long, String> owners = new HashMap<>();
    private final Map<JobId, Set<String>> workers = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void getsWorkOnlyIfNobodyElseHasTime(long seed) {
        var world =
                new SmallWorld(
                        Policy.standard(seed),
                        (owner, _, _) ->
                                owner.equals("liar") ? SmallWorld.WRONG : SmallWorld.RIGHT);
        world.witness(this::happened);
        for (String owner : new String[] {"ann", "bob", "cleo", "liar"}) {
            world.enrol(owner, false, false);
            world.arrive(1, owner);
        }

        assertThat(chosen(world, 1)).as("nothing is known of anybody").isPositive();
        for (int i = 0; i < JOBS; i++) {
            world.submit(1, 2);
            world.settle();
        }
        assertThat(chosen(world, 1)).isZero();
        assertThat(chosen(world, 2)).isZero();
        assertThat(chosen(world, 4)).as("all are needed").isEqualTo(JOBS);

        world.leave("ann");
        world.leave("bob");
        world.leave("cleo");
        assertThat(chosen(world, 1)).isEqualTo(JOBS);
    }

    /** How many of so many jobs, one at a time, the liar works on. */
    private int chosen(SmallWorld world, int quorum) {
        int chosen = 0;
        for (int i = 0; i < JOBS; i++) {
            JobId job = world.submit(1, quorum);
            world.settle();
            chosen += workers.getOrDefault(job, Set.of()).contains("liar") ? 1 : 0;
        }
        return chosen;
    }

    private void happened(Event event) {
        if (event instanceof SessionOpened opened) {
            owners.put(opened.session(), opened.owner().value());
        } else if (event instanceof LeaseGranted granted) {
            workers.computeIfAbsent(granted.lease().job(), _ -> new HashSet<>())
                    .add(owners.get(granted.session()));
        }
    }
}
