package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.ProtocolVersion;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A node that writes down what it hears. */
final class Node implements NodeLink.Handler {
    static final NodeMessage.Hello HELLO = hello(ProtocolVersion.MIN, ProtocolVersion.MAX);

    final BlockingQueue<CoordinatorMessage.Welcome> welcomed = new LinkedBlockingQueue<>();
    final BlockingQueue<CoordinatorMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    static NodeMessage.Hello hello(int versionMin, int versionMax) {
        return new NodeMessage.Hello(
                versionMin,
                versionMax,
                "idlefleet-edge 0.1.0",
                new NumericClass("ort-1.28.0", "CPU", "int8", "x86-vnni"),
                1L << 30);
    }

    @Override
    public void opened(NodeLink link, CoordinatorMessage.Welcome welcome) {
        welcomed.add(welcome);
    }

    @Override
    public void received(NodeLink link, List<CoordinatorMessage> messages) {
        received.addAll(messages);
    }

    @Override
    public void closed(NodeLink link, String reason) {
        closed.add(reason);
    }
}
