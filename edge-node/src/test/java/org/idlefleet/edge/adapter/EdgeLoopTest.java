package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.Action;
import org.idlefleet.edge.EdgeNode;
import org.idlefleet.edge.EdgeSettings;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.protocol.CoordinatorMessage.Earnings;
import org.idlefleet.protocol.CoordinatorMessage.Welcome;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.ProtocolVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

class EdgeLoopTest {
    private static final EdgeLoop.Hands IDLE =
            new EdgeLoop.Hands() {
                @Override
                public void perform(List<Action> actions) {}

                @Override
                public void gateHolds() {}

                @Override
                public void watchClosely(boolean closely) {}
            };

    private static EdgeLoop loop(Path data, List<EdgeLoop.Snapshot> shown) {
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of("node.data=" + data, "node.coordinator=nowhere"));
        var node =
                new EdgeNode(
                        new EdgeSettings(
                                "edge/test",
                                new NumericClass("ort", "CPU", "model", "x86"),
                                1 << 20,
                                1,
                                1,
                                0,
                                Duration.ofSeconds(60)),
                        () -> new byte[16],
                        _ -> Duration.ofMillis(100));
        return new EdgeLoop(
                node,
                new Gate(config.rules().rules(Set.of(Quantity.GEAR_PARK))),
                new Gate(List.of()),
                InstantSource.system(),
                shown::add);
    }

    private static Signal earned(long micros) {
        return new Signal.Received(new Earnings(micros, 0, Optional.empty()));
    }

    @Test
    void atRestShowsWhatIsNewAtOnceAndNothingTwice(@TempDir Path data) throws Exception {
        var shown = new CopyOnWriteArrayList<EdgeLoop.Snapshot>();
        EdgeLoop loop = loop(data, shown);
        loop.tell(
                List.of(Reading.of(Quantity.GEAR_PARK, 0, InstantSource.system().instant(), "t")));
        var thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                loop.run(IDLE);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        loop.tell(new Signal.LinkUp());
        loop.tell(
                new Signal.Received(
                        new Welcome(ProtocolVersion.MAX, 1, Duration.ofHours(1), List.of())));
        loop.tell(earned(1));
        await().until(() -> shows(shown, 1));
        int before = shown.size();

        for (int i = 0; i < 20; i++) {
            loop.tell(earned(1));
            Thread.sleep(5);
        }
        loop.tell(earned(2));
        await().until(() -> shows(shown, 2));
        assertThat(shown.size() - before).isBetween(1, 4);

        loop.tell(new Signal.Shutdown(Duration.ZERO));
        thread.join();
    }

    private static boolean shows(List<EdgeLoop.Snapshot> shown, long micros) {
        return !shown.isEmpty() && shown.getLast().view().earnings().escrowMicros() == micros;
    }
}
