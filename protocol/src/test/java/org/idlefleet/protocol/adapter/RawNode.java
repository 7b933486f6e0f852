package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** A node made of the JDK's own WebSocket: another implementation, and free to misbehave. */
final class RawNode implements AutoCloseable, WebSocket.Listener {
    final BlockingQueue<CoordinatorMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    private final HttpClient http;
    private final boolean reads;
    private final WebSocket socket;

    private RawNode(Door door, NodeIdentity identity, boolean reads) throws IOException {
        this.reads = reads;
        this.http =
                HttpClient.newBuilder()
                        .sslContext(
                                EnrolmentClient.tls(identity.authorities(), identity.credentials()))
                        .build();
        this.socket =
                http.newWebSocketBuilder()
                        .subprotocols(DoorHandler.SUBPROTOCOL)
                        .buildAsync(door.endpoint.uri("wss", DoorHandler.NODE_PATH), this)
                        .join();
    }

    static RawNode connect(Door door) throws IOException {
        return new RawNode(door, door.identity("raw"), true);
    }

    /** A node that reads nothing after its welcome. */
    static RawNode deaf(Door door) throws IOException {
        return new RawNode(door, door.identity("deaf"), false);
    }

    void send(byte[] frame) {
        send(frame, true);
    }

    void send(byte[] part, boolean last) {
        try {
            socket.sendBinary(ByteBuffer.wrap(part), last).join();
        } catch (CompletionException _) {
            closed.add("could not send");
        }
    }

    WebSocket socket() {
        return socket;
    }

    @Override
    public void onOpen(WebSocket open) {
        if (reads) {
            open.request(Long.MAX_VALUE);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket open, ByteBuffer data, boolean last) {
        var frame = new byte[data.remaining()];
        data.get(frame);
        try {
            received.addAll(WireCodec.ofCoordinator(WireLimits.DEFAULT).decode(frame));
        } catch (WireException e) {
            closed.add("not the protocol: " + e.getMessage());
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket open, int status, String reason) {
        closed.add(status + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket open, Throwable failure) {
        closed.add("error " + failure);
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
