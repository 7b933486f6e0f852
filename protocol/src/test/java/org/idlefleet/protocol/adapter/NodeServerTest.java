package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.idlefleet.protocol.adapter.Coordinator.next;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class NodeServerTest {
    @TempDir Path directory;

    static Stream<Platform> platforms() {
        return Stream.of(Platform.best(), Platform.plain());
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void carriesThousandsOfMessagesBothWaysOnceAndInOrder(Platform platform) throws Exception {
        int count = 20_000;
        try (var door = new Door(directory, WireLimits.DEFAULT, new Coordinator(), platform)) {
            var node = new Node();
            NodeLink link = door.connect(node, door.identity("car-1"));
            assertThat(next(node.welcomed).epoch()).isEqualTo(3);
            NodeSession session = next(door.coordinator.opened);
            assertThat(session.node()).isEqualTo(new NodeId("car-1"));
            assertThat(session.owner()).isEqualTo(Door.ANN);
            assertThat(session.hello()).isEqualTo(Node.HELLO);

            for (int i = 0; i < count; i++) {
                link.send(List.of(new NodeMessage.Release(lease(i), "driving off")));
                session.send(List.of(new CoordinatorMessage.Cancel(lease(i))));
            }

            var up = new ArrayList<NodeMessage>();
            var down = new ArrayList<CoordinatorMessage>();
            for (int i = 0; i < count; i++) {
                up.add(new NodeMessage.Release(lease(i), "driving off"));
                down.add(new CoordinatorMessage.Cancel(lease(i)));
            }
            assertThat(next(door.coordinator.received, count)).isEqualTo(up);
            assertThat(next(node.received, count)).isEqualTo(down);
            session.close("enough");
            assertThat(next(node.closed)).isEqualTo("enough");
            assertThat(next(door.coordinator.closed)).isEqualTo("enough");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void enrolsConnectsAndRenews(Platform platform) throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT, new Coordinator(), platform)) {
            var est = new EnrolmentClient(door.endpoint, Duration.ofSeconds(10));
            NodeIdentity first = est.enrol(door.token());
            NodeIdentity second = est.renew(first);

            assertThat(first.owner()).isEqualTo(Door.ANN);
            assertThat(second.node()).isEqualTo(first.node());
            assertThat(second.credentials().key()).isNotEqualTo(first.credentials().key());
            var node = new Node();
            door.connect(node, second);
            next(node.welcomed);
            assertThat(next(door.coordinator.opened).node()).isEqualTo(first.node());
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void tellsWhomItDoesNotTakeInWhyAndWhenToComeAgain(Platform platform) throws Exception {
        var away = new CoordinatorMessage.Drain("convicted", Duration.ofMinutes(1));
        var barring =
                new Coordinator() {
                    @Override
                    public void opened(NodeSession session) {
                        session.send(List.of(away));
                        session.close("convicted");
                    }
                };
        try (var door = new Door(directory, WireLimits.DEFAULT, barring, platform)) {
            var node = new Node();

            door.connect(node, door.identity("car-1"));

            assertThat(next(node.closed)).isEqualTo("convicted");
            assertThat(node.received).containsExactly(away);
            assertThat(node.welcomed).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void takesNothingElseInPlaceOfAWelcome(Platform platform) throws Exception {
        var rude =
                new Coordinator() {
                    @Override
                    public void opened(NodeSession session) {
                        session.send(List.of(new CoordinatorMessage.Cancel(lease(1))));
                    }
                };
        try (var door = new Door(directory, WireLimits.DEFAULT, rude, platform)) {
            var node = new Node();

            door.connect(node, door.identity("car-1"));

            assertThat(next(node.closed)).contains("welcome first", "Cancel");
            assertThat(node.received).isEmpty();
        }
    }

    private static Lease lease(int shard) {
        return new Lease(new JobId(1), shard, 0, 3);
    }
}
