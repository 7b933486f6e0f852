package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Held against a list of everything that happened. */
class HoldsTest {
    private static final NodeId NODE = new NodeId("node");
    private static final NodeId OTHER = new NodeId("other");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void holdsWhatMoreThanSixteenPrecedeSinceAnAuditThatIsStillOpen(long seed) {
        var random = new Random(seed);
        var holds = new Holds();
        var open = new TreeMap<JobId, Integer>();
        var numbers = new ArrayList<Long>();
        int held = 0;
        for (int i = 0; i < 2_000; i++) {
            int drawn = random.nextInt(60);
            if (drawn == 0) {
                var audit = new JobId(i + 1);
                holds.opened(NODE, audit);
                open.put(audit, numbers.size());
            } else if (drawn == 1 && !open.isEmpty()) {
                JobId audit = List.copyOf(open.keySet()).get(random.nextInt(open.size()));
                holds.closed(NODE, audit);
                open.remove(audit);
            } else {
                numbers.add(holds.settled(NODE));
            }
            for (int result = 0; result < numbers.size(); result++) {
                int later = result;
                boolean expected =
                        open.values().stream().anyMatch(began -> later - began >= Holds.CAP);
                assertThat(holds.holds(NODE, numbers.get(result))).isEqualTo(expected);
                held += expected ? 1 : 0;
            }
            assertThat(holds.holds(OTHER, i)).isFalse();
        }
        assertThat(held).isPositive();
    }
}
