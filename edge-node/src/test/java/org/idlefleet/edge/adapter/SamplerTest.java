package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The sampler with so long a pace that every look but the first has another reason. */
class SamplerTest {
    @TempDir Path data;

    /** A source that counts how often it is looked at. */
    private static final class Counting implements SignalSource {
        private final Quantity quantity;
        private final AtomicInteger looks = new AtomicInteger();
        private volatile Runnable wake = () -> {};

        Counting(Quantity quantity) {
            this.quantity = quantity;
        }

        @Override
        public Set<Quantity> provides() {
            return Set.of(quantity);
        }

        @Override
        public List<Reading> read(Instant now) {
            return List.of(Reading.of(quantity, looks.incrementAndGet(), now, "counting"));
        }

        @Override
        public void whenChanged(Runnable next) {
            wake = next;
        }
    }

    @Test
    void looksAtOnceAtASourceThatKnowsSomethingNew() {
        var sleeping = new Counting(Quantity.SLEEPING);
        var price = new Counting(Quantity.PRICE);
        var readings = new CopyOnWriteArrayList<List<Reading>>();
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "node.data=" + data,
                                "node.coordinator=nowhere",
                                "signals.every=1h",
                                "signals.everySafety=1h"));
        try (var sampler =
                new Sampler(
                        List.of(price, sleeping),
                        config.signals(),
                        InstantSource.system(),
                        data,
                        readings::add,
                        _ -> {})) {
            sampler.start();
            await().until(() -> readings.size() == 1);
            assertThat(readings.getFirst()).hasSize(2);
            sleeping.wake.run();
            await().until(() -> sleeping.looks.get() == 2);
            sleeping.wake.run();
            await().until(() -> sleeping.looks.get() == 3);
            assertThat(price.looks).hasValue(1);
        }
    }
}
