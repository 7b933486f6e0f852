package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

final class ReconnectionTest {
    private Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private final List<Integer> failures = new ArrayList<>();
    private final Reconnection connection =
            new Reconnection(
                    "a broker",
                    failure -> {
                        failures.add(failure);
                        return Duration.ZERO;
                    },
                    () -> now);

    @Test
    void waitsLongerUntilAConnectionWasGoodForAWhile() {
        connection.down("refused");
        connection.down("refused");
        connection.up("connected");
        connection.down("ended at once");
        connection.up("connected");
        now = now.plus(Reconnection.GOOD).plusMillis(1);
        connection.up("connected, still");
        connection.down("ended");
        connection.down("refused");
        assertThat(failures).containsExactly(1, 2, 3, 1, 2);
    }

    @Test
    void goesOnWhateverHappensUntilItIsClosed() {
        var states = new ArrayList<String>();
        var attempts = new ArrayList<Reconnection.Attempt>();
        attempts.add(() -> "over");
        attempts.add(() -> {
            throw new IOException("no way");
        });
        attempts.add(() -> {
            throw new IllegalStateException("a bug");
        });
        connection.keep(
                () -> attempts.removeFirst().follow(),
                () -> {
                    states.add(connection.state());
                    if (attempts.isEmpty()) {
                        connection.close();
                    }
                });
        assertThat(states)
                .containsExactly("over", "no way", "java.lang.IllegalStateException: a bug");
        assertThat(failures).containsExactly(1, 2, 3);
    }
}
