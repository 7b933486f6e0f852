package org.idlefleet.edge.adapter.mqtt;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.idlefleet.edge.Backoff;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.Reconnection;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What topics of an MQTT broker tell. One thread keeps a subscription alive, for ever, with growing
 * waits between attempts; {@link #read} gives what came last. While there is no connection
 * everything is unknown, and stays so until it is told anew. Thread-safe.
 */
public final class MqttSource implements SignalSource {
    private static final Logger LOG = LoggerFactory.getLogger(MqttSource.class);
    private static final int CONNECT_MILLIS = 5_000;

    private final MqttOptions options;
    private final Reconnection connection;
    private final InstantSource clock;
    private final String client = "idlefleet-" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> topics;
    private final EventLoopGroup thread =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("edge-mqtt", true), NioIoHandler.newFactory());
    private final MqttView view;
    private final String who;
    private volatile Runnable wake = () -> {};

    /**
     * Begins to connect.
     *
     * @param backoff waits between attempts
     */
    public MqttSource(MqttOptions options, Backoff backoff, InstantSource clock) {
        this.options = options;
        this.clock = clock;
        this.who = "MQTT broker " + options.host() + ":" + options.port();
        this.connection = new Reconnection(who, backoff, clock);
        this.view = new MqttView(options.signals());
        var all = new TreeSet<String>();
        for (MqttSignal signal : options.signals()) {
            all.add(signal.topic());
            signal.alive().ifPresent(alive -> all.add(alive.topic()));
        }
        this.topics = List.copyOf(all);
        thread.execute(this::connect);
    }

    @Override
    public String state() {
        return who + ": " + connection.state();
    }

    @Override
    public Set<Quantity> provides() {
        Set<Quantity> provides = EnumSet.noneOf(Quantity.class);
        options.signals().forEach(signal -> provides.add(signal.quantity()));
        return provides;
    }

    @Override
    public List<Reading> read(Instant now) {
        synchronized (view) {
            return view.readings(now);
        }
    }

    @Override
    public void whenChanged(Runnable wake) {
        this.wake = wake;
    }

    private void connect() {
        var link = new Link();
        try {
            Optional<SslContext> tls = tls();
            var signIn = new MqttLink.SignIn(client, options.user().orElse(""), password());
            new Bootstrap()
                    .group(thread)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                    .handler(
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    tls.ifPresent(context -> secure(channel, context));
                                    new MqttLink(signIn, topics, link).join(channel.pipeline());
                                }
                            })
                    .connect(options.host(), options.port())
                    .addListener(done -> {
                        // Each connection has its own handler by now, or never will.
                        tls.ifPresent(ReferenceCountUtil::release);
                        if (!done.isSuccess()) {
                            link.ended("can't be reached: " + done.cause().getMessage());
                        }
                    });
        } catch (IOException e) {
            link.ended(e.toString());
        }
    }

    private String password() throws IOException {
        return options.password().isEmpty()
                ? ""
                : Files.readString(options.password().get()).strip();
    }

    private Optional<SslContext> tls() throws IOException {
        return options.ca().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        SslContextBuilder.forClient()
                                .trustManager(options.ca().get().toFile())
                                .endpointIdentificationAlgorithm("HTTPS")
                                .build());
    }

    private void secure(Channel channel, SslContext context) {
        channel.pipeline()
                .addLast(
                        context.newHandler(
                                channel.alloc(),
                                options.serverName().orElse(options.host()),
                                options.port()));
    }

    /** One attempt; told by the thread. */
    private final class Link implements MqttLink.Listener {
        private boolean over;

        @Override
        public void subscribed(List<String> refused) {
            if (refused.isEmpty()) {
                connection.up("connected; " + topics.size() + " topics");
            } else {
                connection.limp(
                        "connected; it does not let this user read " + String.join(", ", refused));
            }
        }

        @Override
        public void message(String topic, byte[] payload, boolean retained) {
            change(() -> view.accept(topic, payload, retained, clock.instant()));
        }

        @Override
        public void ended(String reason) {
            if (over) {
                return;
            }
            over = true;
            Duration wait = connection.down(reason);
            change(view::forget);
            if (!connection.closed()) {
                try {
                    var _ =
                            thread.schedule(
                                    MqttSource.this::connect,
                                    wait.toMillis(),
                                    TimeUnit.MILLISECONDS);
                } catch (RejectedExecutionException e) {
                    LOG.debug("closed meanwhile", e);
                }
            }
        }
    }

    private void change(Runnable how) {
        Instant now = clock.instant();
        boolean changed;
        synchronized (view) {
            List<OptionalDouble> before = values(now);
            how.run();
            changed = !before.equals(values(now));
        }
        if (changed) {
            wake.run();
        }
    }

    private List<OptionalDouble> values(Instant now) {
        return view.readings(now).stream().map(Reading::value).toList();
    }

    @Override
    public void close() {
        connection.close();
        var _ = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
