package org.idlefleet.simulator;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * One connection between a node and the coordinator. As with TCP, what is lost breaks the
 * connection: nothing follows in that direction, and each side notices by itself, sooner or later.
 */
final class Link {
    private static final Duration NOTICE_MIN = Duration.ofMillis(500);
    private static final Duration NOTICE_MAX = Duration.ofSeconds(40);
    private static final Duration CLOG_MAX = Duration.ofSeconds(5);

    private final Timeline time;
    private final SimNetwork network;
    private final Direction<NodeMessage> up;
    private final Direction<CoordinatorMessage> down;
    private final Consumer<String> nodeDown;
    private final Consumer<String> coordinatorDown;
    private boolean nodeTold;
    private boolean coordinatorTold;

    Link(
            Timeline time,
            SimNetwork network,
            Consumer<NodeMessage> atCoordinator,
            Consumer<String> coordinatorDown,
            Consumer<CoordinatorMessage> atNode,
            Consumer<String> nodeDown) {
        this.time = time;
        this.network = network;
        this.nodeDown = nodeDown;
        this.coordinatorDown = coordinatorDown;
        up = new Direction<>(atCoordinator);
        down = new Direction<>(atNode);
    }

    private final class Direction<M> {
        private final Consumer<M> receiver;
        private Instant last = Timeline.BEGIN;
        private boolean severed;
        private boolean closed;

        Direction(Consumer<M> receiver) {
            this.receiver = receiver;
        }

        /**
         * @param ordered whether nothing may be repeated or overtaken, as around a handshake
         */
        void send(M message, boolean ordered) {
            Chance chance = network.chance();
            if (severed || closed) {
                return;
            }
            if (chance.hits(network.weather().loss())) {
                sever();
                return;
            }
            Instant arrival = time.now().plus(network.delay());
            if (chance.hits(network.weather().clog())) {
                network.corners().met(Corner.LINK_CLOGGED);
                arrival = arrival.plus(chance.between(Duration.ZERO, CLOG_MAX));
            }
            if (!ordered && chance.hits(network.weather().repeat())) {
                network.corners().met(Corner.MESSAGE_REPEATED);
                deliver(message, arrival.plus(chance.between(Duration.ZERO, CLOG_MAX)));
            }
            if (!ordered && chance.hits(network.weather().overtake())) {
                network.corners().met(Corner.MESSAGE_OVERTAKEN);
                deliver(message, arrival.plus(network.delay().multipliedBy(3)));
                return;
            }
            last = arrival.isAfter(last) ? arrival : last;
            deliver(message, last);
        }

        private void deliver(M message, Instant at) {
            time.at(
                    at,
                    () -> {
                        if (!closed) {
                            receiver.accept(message);
                        }
                    });
        }

        void sever() {
            if (!severed) {
                severed = true;
                network.corners().met(Corner.LINK_SEVERED);
                Chance chance = network.chance();
                time.in(chance.between(NOTICE_MIN, NOTICE_MAX), () -> tellNode("timed out"));
                time.in(chance.between(NOTICE_MIN, NOTICE_MAX), () -> tellCoordinator("timed out"));
            }
        }
    }

    void toCoordinator(NodeMessage message) {
        up.send(
                message,
                message instanceof NodeMessage.Hello
                        || message instanceof NodeMessage.FetchManifest);
    }

    void toNode(CoordinatorMessage message) {
        down.send(
                message,
                message instanceof CoordinatorMessage.Welcome
                        || message instanceof CoordinatorMessage.ManifestBytes);
    }

    /** One direction goes deaf. */
    void sever(boolean upwards) {
        if (upwards) {
            up.sever();
        } else {
            down.sever();
        }
    }

    /** The node ends it in order: what it said before still arrives. */
    void closeByNode(String reason) {
        time.in(Duration.ofMillis(1), () -> tellNode(reason));
        Instant after = later(time.now().plus(network.delay()), up.last);
        time.at(after, () -> tellCoordinator(reason));
    }

    /** The coordinator ends it in order. */
    void closeByCoordinator(String reason) {
        coordinatorTold = true;
        up.closed = true;
        Instant after = later(time.now().plus(network.delay()), down.last);
        time.at(after, () -> tellNode(reason));
    }

    /** The node is gone without a word; {@code noticed} if its kernel still closes the socket. */
    void nodeDied(boolean noticed) {
        nodeTold = true;
        down.closed = true;
        if (noticed) {
            closeByNode("reset by peer");
        }
    }

    /** The coordinator's process is gone; its kernel closes the socket. */
    void coordinatorDied() {
        coordinatorTold = true;
        up.closed = true;
        time.in(network.delay(), () -> tellNode("reset by peer"));
    }

    /** Both sides see it end now. */
    void reset() {
        tellNode("reset");
        tellCoordinator("reset");
    }

    private void tellNode(String reason) {
        if (!nodeTold) {
            nodeTold = true;
            down.closed = true;
            nodeDown.accept(reason);
        }
    }

    private void tellCoordinator(String reason) {
        if (!coordinatorTold) {
            coordinatorTold = true;
            up.closed = true;
            coordinatorDown.accept(reason);
        }
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
