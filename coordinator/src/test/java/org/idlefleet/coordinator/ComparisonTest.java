package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Results of one shard that come in together. */
class ComparisonTest {
    private static final List<String> OWNERS = List.of("ann", "bob", "cleo", "dora", "emil");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void areHeldAgainstEachOtherOnceForEachVote(long seed) {
        var world =
                new SmallWorld(
                        WithdrawalTest.withoutRingers(seed),
                        (_, lease, _) ->
                                lease.attempt() <= 3
                                        ? Digest.of(
                                                lease.toString().getBytes(StandardCharsets.UTF_8))
                                        : SmallWorld.RIGHT);
        OWNERS.forEach(owner -> world.enrol(owner, true, false));
        world.arrive(1, OWNERS.toArray(String[]::new));
        world.submit(1, 3);
        world.settle();

        assertThat(world.compared.subList(0, 3)).containsExactly(3, 4, 5);
        assertThat(world.compared).doesNotHaveDuplicates();
    }
}
