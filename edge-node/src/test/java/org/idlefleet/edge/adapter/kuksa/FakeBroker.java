package org.idlefleet.edge.adapter.kuksa;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import org.idlefleet.edge.adapter.kuksa.wire.Datapoint;
import org.idlefleet.edge.adapter.kuksa.wire.GetValuesRequest;
import org.idlefleet.edge.adapter.kuksa.wire.GetValuesResponse;
import org.idlefleet.edge.adapter.kuksa.wire.ListMetadataRequest;
import org.idlefleet.edge.adapter.kuksa.wire.ListMetadataResponse;
import org.idlefleet.edge.adapter.kuksa.wire.SignalID;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeRequest;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeResponse;
import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A databroker: the reading half of {@code kuksa.val.v2.VAL} over real HTTP/2, answering as
 * Eclipse's does. Values do not survive its restart. Thread-safe.
 */
final class FakeBroker implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Map<String, String> units = new TreeMap<>();
    private final Map<String, Datapoint> values = new TreeMap<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final @Nullable File certificate;
    private final @Nullable File key;
    private String token = "";
    private boolean denies;
    private int port;
    private Server server;

    private record Subscriber(List<String> paths, StreamObserver<SubscribeResponse> out) {}

    FakeBroker() throws IOException {
        this(null, null);
    }

    FakeBroker(@Nullable File certificate, @Nullable File key) throws IOException {
        this.certificate = certificate;
        this.key = key;
        this.server = serve();
        this.port = server.getPort();
    }

    private Server serve() throws IOException {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (certificate != null && key != null) {
            builder.sslContext(GrpcSslContexts.forServer(certificate, key).build());
        }
        ServerServiceDefinition service =
                ServerServiceDefinition.builder(KuksaCalls.SERVICE)
                        .addMethod(KuksaCalls.LIST_METADATA, ServerCalls.asyncUnaryCall(this::list))
                        .addMethod(KuksaCalls.GET_VALUES, ServerCalls.asyncUnaryCall(this::get))
                        .addMethod(
                                KuksaCalls.SUBSCRIBE,
                                ServerCalls.asyncServerStreamingCall(this::subscribe))
                        .build();
        return builder.addService(ServerInterceptors.intercept(service, new Door()))
                .build()
                .start();
    }

    int port() {
        return port;
    }

    /** From now on calls need this token. */
    synchronized void wants(String token) {
        this.token = token;
    }

    /** From now on the token's scope does not suffice for values. */
    synchronized void denies(boolean denies) {
        this.denies = denies;
    }

    /** Adds a signal to the catalogue; it has no value yet. */
    synchronized void has(String path, String unit) {
        units.put(path, unit);
    }

    /** A provider tells a value, or that there is none. */
    synchronized void tell(String path, Value value, Instant at) {
        if (!units.containsKey(path)) {
            throw new IllegalArgumentException("no such signal: " + path);
        }
        var point = Datapoint.newBuilder();
        point.getTimestampBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano());
        if (value.getTypedValueCase() != Value.TypedValueCase.TYPEDVALUE_NOT_SET) {
            point.setValue(value);
        }
        values.put(path, point.build());
        for (Subscriber subscriber : subscribers) {
            if (subscriber.paths().contains(path)) {
                subscriber
                        .out()
                        .onNext(
                                SubscribeResponse.newBuilder()
                                        .putEntries(path, point.build())
                                        .build());
            }
        }
    }

    synchronized int subscribers() {
        return subscribers.size();
    }

    /** Goes down and comes up on the same port, without values. */
    synchronized void restart() throws IOException, InterruptedException {
        server.shutdownNow().awaitTermination();
        subscribers.clear();
        values.clear();
        server = serve();
    }

    private synchronized void list(
            ListMetadataRequest request, StreamObserver<ListMetadataResponse> out) {
        var answer = ListMetadataResponse.newBuilder();
        units.forEach((path, unit) -> {
            if (path.startsWith(request.getRoot())) {
                answer.addMetadataBuilder().setPath(path).setUnit(unit);
            }
        });
        if (answer.getMetadataCount() == 0) {
            out.onError(Status.NOT_FOUND.withDescription("no such branch").asRuntimeException());
            return;
        }
        out.onNext(answer.build());
        out.onCompleted();
    }

    private synchronized void get(GetValuesRequest request, StreamObserver<GetValuesResponse> out) {
        var answer = GetValuesResponse.newBuilder();
        for (SignalID id : request.getSignalIdsList()) {
            if (!units.containsKey(id.getPath())) {
                out.onError(Status.NOT_FOUND.asRuntimeException());
                return;
            }
            answer.addDataPoints(values.getOrDefault(id.getPath(), Datapoint.getDefaultInstance()));
        }
        out.onNext(answer.build());
        out.onCompleted();
    }

    private synchronized void subscribe(
            SubscribeRequest request, StreamObserver<SubscribeResponse> out) {
        if (denies) {
            out.onError(Status.PERMISSION_DENIED.asRuntimeException());
            return;
        }
        if (!units.keySet().containsAll(request.getSignalPathsList())) {
            out.onError(Status.NOT_FOUND.asRuntimeException());
            return;
        }
        var first = SubscribeResponse.newBuilder();
        for (String path : request.getSignalPathsList()) {
            first.putEntries(path, values.getOrDefault(path, Datapoint.getDefaultInstance()));
        }
        out.onNext(first.build());
        var subscriber = new Subscriber(List.copyOf(request.getSignalPathsList()), out);
        ((ServerCallStreamObserver<SubscribeResponse>) out)
                .setOnCancelHandler(() -> leave(subscriber));
        subscribers.add(subscriber);
    }

    private synchronized void leave(Subscriber subscriber) {
        subscribers.remove(subscriber);
    }

    private synchronized String token() {
        return token;
    }

    /** Lets nobody in who has not the token. */
    private final class Door implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String wanted = token();
            if (!wanted.isEmpty() && !("Bearer " + wanted).equals(headers.get(AUTHORIZATION))) {
                call.close(Status.UNAUTHENTICATED, new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
