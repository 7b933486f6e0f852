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

    /** A connection that ends sooner counts as one more failure. */
    private static final Duration GOOD = Duration.ofSeconds(10);

    private final MqttOptions options;
    private final Backoff backoff;
    private final InstantSource clock;
    private final String client = "idlefleet-" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> topics;
    private final EventLoopGroup thread =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("edge-mqtt", true), NioIoHandler.newFactory());
    private final MqttView view;
    private volatile boolean closed;
    private volatile String state = "MQTT: not connected yet";
    private volatile Runnable wake = () -> {};
    // Both belong to the thread.
    private int failures;
    private Instant since = Instant.MAX;

    /**
     * Begins to connect.
     *
     * @param backoff waits between attempts
     */
    public MqttSource(MqttOptions options, Backoff backoff, InstantSource clock) {
        this.options = options;
        this.backoff = backoff;
        this.clock = clock;
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
        return state;
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

    private void say(String next, boolean bad) {
        String whole = "MQTT broker " + options.host() + ":" + options.port() + ": " + next;
        if (bad && !closed && !whole.equals(state)) {
            LOG.warn("{}", whole);
        }
        state = whole;
    }

    /** One attempt; told by the thread. */
    private final class Link implements MqttLink.Listener {
        private boolean over;

        @Override
        public void subscribed(List<String> refused) {
            since = clock.instant();
            if (refused.isEmpty()) {
                say("connected; " + topics.size() + " topics", false);
            } else {
                say(
                        "connected; it does not let this user read " + String.join(", ", refused),
                        true);
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
            Instant now = clock.instant();
            failures = since.isBefore(now.minus(GOOD)) ? 1 : failures + 1;
            since = Instant.MAX;
            say(reason, true);
            change(view::forget);
            if (!closed) {
                try {
                    var _ =
                            thread.schedule(
                                    MqttSource.this::connect,
                                    backoff.delay(failures).toMillis(),
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
        closed = true;
        var _ = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
