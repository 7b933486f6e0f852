package org.idlefleet.protocol.adapter;

import static java.util.Objects.requireNonNull;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A coordinator that welcomes every node and writes down what it hears. */
class Coordinator implements NodeServer.Handler {
    final BlockingQueue<NodeSession> opened = new LinkedBlockingQueue<>();
    final BlockingQueue<NodeMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @Override
    public void opened(NodeSession session) {
        session.send(
                List.of(
                        new CoordinatorMessage.Welcome(
                                session.version(), 3, Duration.ofSeconds(30), List.of())));
        opened.add(session);
    }

    @Override
    public void received(NodeSession session, List<NodeMessage> messages) {
        received.addAll(messages);
    }

    @Override
    public void closed(NodeSession session, String reason) {
        closed.add(reason);
    }

    /** The next of a queue; fails if none comes. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return requireNonNull(queue.poll(20, TimeUnit.SECONDS), "nothing came within 20 s");
    }

    static <T> List<T> next(BlockingQueue<T> queue, int count) throws InterruptedException {
        var all = new ArrayList<T>(count);
        while (all.size() < count) {
            all.add(next(queue));
        }
        return all;
    }
}
