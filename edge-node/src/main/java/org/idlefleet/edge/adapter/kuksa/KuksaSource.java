package org.idlefleet.edge.adapter.kuksa;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;

import org.idlefleet.edge.Backoff;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.Reconnection;
import org.idlefleet.edge.adapter.kuksa.wire.Datapoint;
import org.idlefleet.edge.adapter.kuksa.wire.GetValuesRequest;
import org.idlefleet.edge.adapter.kuksa.wire.ListMetadataRequest;
import org.idlefleet.edge.adapter.kuksa.wire.SignalID;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeRequest;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeResponse;
import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A vehicle's signals from its databroker. One thread keeps a subscription alive, for ever, with
 * growing waits between attempts; {@link #read} gives what came last. Until something came, and
 * when nothing comes any more, everything is unknown. Thread-safe.
 */
public final class KuksaSource implements SignalSource {
    private static final Logger LOG = LoggerFactory.getLogger(KuksaSource.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int MESSAGE_BYTES_MAX = 8 << 20;
    private static final int SIGNALS_MAX = 1000;
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final KuksaOptions options;
    private final InstantSource clock;
    private final VehicleView view;
    private final Reconnection connection;
    private final Thread thread;
    private volatile Runnable wake = () -> {};

    /** Says why a connection can't be used; the message is for the owner. */
    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message);
        }
    }

    /**
     * Begins to connect.
     *
     * @param backoff waits between attempts
     */
    public KuksaSource(KuksaOptions options, Backoff backoff, InstantSource clock) {
        this.options = options;
        this.clock = clock;
        this.view =
                new VehicleView(
                        new VehicleView.Freshness(
                                options.stale(), options.staleOther(), options.steady()),
                        options.home());
        this.connection = new Reconnection("signals of the vehicle", backoff, clock);
        this.thread =
                Thread.ofPlatform()
                        .name("edge-kuksa")
                        .daemon()
                        .start(() -> connection.keep(this::follow, this::lost));
    }

    @Override
    public String state() {
        return connection.state();
    }

    @Override
    public Set<Quantity> provides() {
        return options.quantities();
    }

    @Override
    public List<Reading> read(Instant now) {
        synchronized (view) {
            return options.quantities().stream()
                    .map(quantity -> view.reading(quantity, now))
                    .toList();
        }
    }

    @Override
    public void whenChanged(Runnable wake) {
        this.wake = wake;
    }

    private String follow() throws UnusableException, IOException {
        ManagedChannel channel = connect();
        try {
            follow(authorised(channel));
            return "the databroker ended the subscription";
        } catch (StatusRuntimeException e) {
            return "the databroker says " + e.getStatus().getCode() + remedy(e);
        } finally {
            channel.shutdownNow();
        }
    }

    private void lost() {
        synchronized (view) {
            view.forget(clock.instant());
        }
        wake.run();
    }

    private static String remedy(StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case UNAUTHENTICATED ->
                    ": it wants a token; signals.kuksa.token names a file with one that has not"
                            + " ended";
            case PERMISSION_DENIED ->
                    ": the token in signals.kuksa.token needs the scope read:Vehicle";
            default -> ": " + e.getStatus().getDescription();
        };
    }

    private ManagedChannel connect() throws IOException {
        NettyChannelBuilder channel =
                NettyChannelBuilder.forAddress(options.host(), options.port())
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(5, TimeUnit.SECONDS)
                        .disableRetry();
        options.serverName().ifPresent(channel::overrideAuthority);
        if (options.ca().isPresent()) {
            channel.sslContext(
                    GrpcSslContexts.forClient().trustManager(options.ca().get().toFile()).build());
        } else {
            channel.usePlaintext();
        }
        return channel.build();
    }

    private Channel authorised(ManagedChannel channel) throws IOException {
        if (options.token().isEmpty()) {
            return channel;
        }
        var headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + Files.readString(options.token().get()).strip());
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Finds out what the vehicle has, subscribes, and takes what comes until it ends. */
    private void follow(Channel broker) throws UnusableException {
        List<org.idlefleet.edge.adapter.kuksa.wire.Metadata> catalogue =
                ClientCalls.blockingUnaryCall(
                                broker,
                                KuksaCalls.LIST_METADATA,
                                limited(),
                                ListMetadataRequest.newBuilder().setRoot("Vehicle").build())
                        .getMetadataList();
        VssProfile profile = profile(broker, catalogue);
        List<String> paths;
        synchronized (view) {
            view.profile(profile);
            paths = paths(catalogue);
        }
        if (paths.isEmpty() || paths.size() > SIGNALS_MAX) {
            throw new UnusableException(
                    "the databroker has "
                            + paths.size()
                            + " signals that are needed, expected 1 to "
                            + SIGNALS_MAX);
        }
        Iterator<SubscribeResponse> updates =
                ClientCalls.blockingServerStreamingCall(
                        broker,
                        KuksaCalls.SUBSCRIBE,
                        CallOptions.DEFAULT,
                        SubscribeRequest.newBuilder().addAllSignalPaths(paths).build());
        while (!connection.closed() && updates.hasNext()) {
            take(updates.next(), profile, paths.size());
        }
    }

    private static CallOptions limited() {
        return CallOptions.DEFAULT.withDeadlineAfter(
                ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private VssProfile profile(
            Channel broker, List<org.idlefleet.edge.adapter.kuksa.wire.Metadata> catalogue)
            throws UnusableException {
        if (options.profile().isPresent()) {
            return options.profile().get();
        }
        String path = "Vehicle.VersionVSS.Major";
        if (catalogue.stream().noneMatch(signal -> signal.getPath().equals(path))) {
            throw new UnusableException(
                    "the vehicle does not tell " + path + "; name it by signals.kuksa.vss");
        }
        Value major =
                ClientCalls.blockingUnaryCall(
                                broker,
                                KuksaCalls.GET_VALUES,
                                limited(),
                                GetValuesRequest.newBuilder()
                                        .addSignalIds(SignalID.newBuilder().setPath(path))
                                        .build())
                        .getDataPointsList()
                        .stream()
                        .map(Datapoint::getValue)
                        .findFirst()
                        .orElse(Value.getDefaultInstance());
        long version = major.hasUint32() ? Integer.toUnsignedLong(major.getUint32()) : -1;
        return VssProfile.of(version)
                .orElseThrow(() ->
                        new UnusableException(
                                "the vehicle speaks VSS "
                                        + (version < 0 ? "of no version" : version + ".x")
                                        + ", expected 3 to 6; signals.kuksa.vss may name"
                                        + " one of them"));
    }

    /** The catalogue's paths that are looked at; a unit that is not expected leaves a path out. */
    private List<String> paths(List<org.idlefleet.edge.adapter.kuksa.wire.Metadata> catalogue) {
        var paths = new ArrayList<String>();
        for (org.idlefleet.edge.adapter.kuksa.wire.Metadata signal : catalogue) {
            if (!view.wants(signal.getPath(), options.quantities())) {
                continue;
            }
            String unit = view.unit(signal.getPath());
            String found = signal.getUnit().toLowerCase(Locale.ROOT);
            if (unit.isEmpty() || found.isEmpty() || found.equals(unit)) {
                paths.add(signal.getPath());
            } else {
                LOG.warn(
                        "{} is told in '{}', expected '{}': it is not used",
                        signal.getPath(),
                        signal.getUnit(),
                        unit);
            }
        }
        return paths;
    }

    private void take(SubscribeResponse update, VssProfile profile, int signals) {
        Instant now = clock.instant();
        boolean changed;
        synchronized (view) {
            List<Reading> before = values(now);
            view.heard(now);
            update.getEntriesMap()
                    .forEach((path, point) -> view.accept(path, value(point), at(point), now));
            changed = !before.equals(values(now));
        }
        if (changed) {
            wake.run();
        }
        connection.up("connected; " + signals + " signals of VSS " + profile.release());
    }

    /** Without their times. */
    private List<Reading> values(Instant now) {
        return options.quantities().stream()
                .map(quantity -> view.reading(quantity, now))
                .map(reading ->
                        new Reading(reading.quantity(), reading.value(), Instant.EPOCH, "kuksa"))
                .toList();
    }

    private static Optional<Value> value(Datapoint point) {
        return point.hasValue() ? Optional.of(point.getValue()) : Optional.empty();
    }

    private static Instant at(Datapoint point) {
        long seconds = Math.clamp(point.getTimestamp().getSeconds(), 0, 1L << 40);
        int nanos = Math.clamp(point.getTimestamp().getNanos(), 0, 999_999_999);
        return Instant.ofEpochSecond(seconds, nanos);
    }

    /** The quantities that a vehicle must tell unless the owner says otherwise. */
    public static Set<Quantity> usual() {
        return EnumSet.of(
                Quantity.GEAR_PARK,
                Quantity.SPEED,
                Quantity.IGNITION,
                Quantity.OCCUPIED,
                Quantity.DOOR_OPEN,
                Quantity.MAINS,
                Quantity.BATTERY,
                Quantity.DISCHARGING);
    }

    @Override
    public void close() {
        connection.close();
        thread.interrupt();
    }
}
