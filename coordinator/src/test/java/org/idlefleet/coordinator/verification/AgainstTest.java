package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.junit.jupiter.api.Test;

import java.time.Instant;

class AgainstTest {
    @Test
    void keepsTheNewestThatNobodyHasClearedWhateverBecomesOfTheConviction() {
        Against against = Against.NOTHING;
        for (int job = 1; job <= Against.OUTVOTES_MAX + 3; job++) {
            against = against.and(outvote(job));
        }
        assertThat(against.outvotes()).hasSize(Against.OUTVOTES_MAX);
        assertThat(against.outvotes().getFirst()).isEqualTo(outvote(4));

        against = against.without(lease(7));
        against = against.convicted(new Against.Conviction(new JobId(90), "why", Instant.EPOCH));
        assertThat(against.conviction()).isPresent();
        assertThat(against.reinstated().conviction()).isEmpty();
        assertThat(against.reinstated().outvotes())
                .hasSize(Against.OUTVOTES_MAX - 1)
                .doesNotContain(outvote(7))
                .contains(outvote(6), outvote(8));
    }

    private static Against.Outvote outvote(int job) {
        return new Against.Outvote(
                new NodeId("car"),
                lease(job),
                new JobId(100 + job),
                Instant.EPOCH.plusSeconds(job));
    }

    private static Lease lease(int job) {
        return new Lease(new JobId(job), 0, 0, 1);
    }
}
