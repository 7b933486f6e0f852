package org.idlefleet.edge.adapter.mqtt;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.util.CharsetUtil;
import io.netty.util.ReferenceCountUtil;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * An MQTT 3.1.1 broker over real sockets, as much of one as devices and a node need: users,
 * permissions, retained messages, last wills. One thread, and whoever calls it.
 */
final class FakeMqttBroker implements AutoCloseable {
    private final EventLoopGroup thread =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Optional<SslContext> tls;
    private final Map<String, byte[]> kept = new TreeMap<>();
    private final List<Client> clients = new ArrayList<>();
    private final Set<String> forbidden = new TreeSet<>();
    private String login = "";
    private boolean mute;
    private int port;
    private Channel door;
    private int subscriptions;
    private int acknowledged;

    FakeMqttBroker() {
        this(Optional.empty());
    }

    FakeMqttBroker(Optional<SslContext> tls) {
        this.tls = tls;
        this.door = bind().channel();
        this.port = ((InetSocketAddress) door.localAddress()).getPort();
    }

    private ChannelFuture bind() {
        return new ServerBootstrap()
                .group(thread)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                tls.ifPresent(context ->
                                        channel.pipeline()
                                                .addLast(context.newHandler(channel.alloc())));
                                channel.pipeline()
                                        .addLast(new MqttDecoder(1 << 20))
                                        .addLast(MqttEncoder.INSTANCE)
                                        .addLast(new Client(channel));
                            }
                        })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .awaitUninterruptibly();
    }

    int port() {
        return port;
    }

    /** Lets in only who says this, user:password. */
    synchronized void wants(String login) {
        this.login = login;
    }

    synchronized void forbids(String topic) {
        forbidden.add(topic);
    }

    /** Takes connections and says nothing any more. */
    synchronized void mute(boolean wanted) {
        mute = wanted;
    }

    synchronized int subscriptions() {
        return subscriptions;
    }

    /** Messages of which it is known that they arrived. */
    synchronized int acknowledged() {
        return acknowledged;
    }

    synchronized void publish(String topic, String message) {
        publish(topic, message.getBytes(StandardCharsets.UTF_8), false);
    }

    synchronized void keep(String topic, String message) {
        publish(topic, message.getBytes(StandardCharsets.UTF_8), true);
    }

    synchronized void publish(String topic, byte[] message, boolean retain) {
        if (retain) {
            kept.put(topic, message);
        }
        clients.stream()
                .filter(client -> client.topics.contains(topic))
                .forEach(client -> client.send(topic, message, false));
    }

    /** Sends these bytes to everybody, whatever they mean. */
    synchronized void noise(byte[] bytes) {
        for (Client client : clients) {
            var _ =
                    client.channel
                            .pipeline()
                            .firstContext()
                            .writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }
    }

    /** Ends every connection, and takes none until {@link #restart}. What was kept is gone. */
    void stop() {
        door.close().syncUninterruptibly();
        List<Client> all;
        synchronized (this) {
            all = List.copyOf(clients);
            kept.clear();
        }
        all.forEach(client -> client.channel.close().syncUninterruptibly());
    }

    /** The old socket may listen until its selector wakes up. */
    void restart() throws InterruptedException {
        ChannelFuture made = bind();
        for (int attempt = 0; !made.isSuccess() && attempt < 500; attempt++) {
            TimeUnit.MILLISECONDS.sleep(10);
            made = bind();
        }
        door = made.channel();
    }

    @Override
    public void close() {
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Client extends ChannelInboundHandlerAdapter {
        private final Set<String> topics = new TreeSet<>();
        private final Channel channel;
        private Optional<MqttConnectMessage> hello = Optional.empty();
        private boolean left;
        private int messages;

        Client(Channel channel) {
            this.channel = channel;
        }

        private void write(MqttMessage message) {
            var _ = channel.writeAndFlush(message);
        }

        private void end() {
            var _ = channel.close();
        }

        private void send(String topic, byte[] message, boolean retained) {
            write(
                    MqttMessageBuilders.publish()
                            .topicName(topic)
                            .qos(MqttQoS.AT_LEAST_ONCE)
                            .messageId(1 + messages++ % 60_000)
                            .retained(retained)
                            .payload(Unpooled.wrappedBuffer(message))
                            .build());
        }

        @Override
        public void channelRead(ChannelHandlerContext from, Object message) {
            synchronized (FakeMqttBroker.this) {
                if (mute) {
                    ReferenceCountUtil.release(message);
                    return;
                }
                switch (message) {
                    case MqttConnectMessage greeting -> greet(greeting);
                    case MqttSubscribeMessage wish -> subscribe(wish);
                    case MqttPublishMessage news -> {
                        byte[] bytes = new byte[news.payload().readableBytes()];
                        news.payload().readBytes(bytes);
                        publish(
                                news.variableHeader().topicName(),
                                bytes,
                                news.fixedHeader().isRetain());
                        news.release();
                    }
                    case MqttMessage other -> {
                        switch (other.fixedHeader().messageType()) {
                            case PINGREQ -> write(MqttMessage.PINGRESP);
                            case PUBACK -> acknowledged++;
                            case DISCONNECT -> left = true;
                            default -> end();
                        }
                    }
                    default -> end();
                }
            }
        }

        private void greet(MqttConnectMessage greeting) {
            hello = Optional.of(greeting);
            boolean named = greeting.variableHeader().hasUserName();
            String said =
                    named
                            ? greeting.payload().userName()
                                    + ":"
                                    + new String(
                                            greeting.payload().passwordInBytes(),
                                            StandardCharsets.UTF_8)
                            : "";
            boolean welcome = said.equals(login) && greeting.variableHeader().isCleanSession();
            write(
                    MqttMessageBuilders.connAck()
                            .returnCode(
                                    welcome
                                            ? MqttConnectReturnCode.CONNECTION_ACCEPTED
                                            : MqttConnectReturnCode
                                                    .CONNECTION_REFUSED_NOT_AUTHORIZED)
                            .build());
            if (welcome) {
                clients.add(this);
            } else {
                end();
            }
        }

        private void subscribe(MqttSubscribeMessage wish) {
            var answer = MqttMessageBuilders.subAck().packetId(wish.variableHeader().messageId());
            for (MqttTopicSubscription subscription : wish.payload().topicSubscriptions()) {
                boolean allowed = !forbidden.contains(subscription.topicFilter());
                answer.addGrantedQos(allowed ? MqttQoS.AT_LEAST_ONCE : MqttQoS.FAILURE);
                if (allowed) {
                    topics.add(subscription.topicFilter());
                }
            }
            write(answer.build());
            subscriptions++;
            kept.forEach((topic, message) -> {
                if (topics.contains(topic)) {
                    send(topic, message, true);
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            synchronized (FakeMqttBroker.this) {
                if (clients.remove(this) && !left && hello.isPresent()) {
                    var head = hello.get().variableHeader();
                    if (head.isWillFlag()) {
                        publish(
                                hello.get().payload().willTopic(),
                                hello.get().payload().willMessageInBytes(),
                                head.isWillRetain());
                    }
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
            end();
        }
    }

    /** A charger: says that it is there, and leaves a will that it is not. */
    static final class Device implements AutoCloseable {
        private final EventLoopGroup thread =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        private final Channel channel;

        Device(int port, String name, String aliveTopic) {
            channel =
                    new Bootstrap()
                            .group(thread)
                            .channel(NioSocketChannel.class)
                            .handler(
                                    new ChannelInitializer<Channel>() {
                                        @Override
                                        protected void initChannel(Channel made) {
                                            made.pipeline().addLast(MqttEncoder.INSTANCE);
                                        }
                                    })
                            .connect(InetAddress.getLoopbackAddress(), port)
                            .syncUninterruptibly()
                            .channel();
            channel.writeAndFlush(
                            MqttMessageBuilders.connect()
                                    .protocolVersion(MqttVersion.MQTT_3_1_1)
                                    .clientId(name)
                                    .cleanSession(true)
                                    .keepAlive(30)
                                    .willFlag(true)
                                    .willRetain(true)
                                    .willQoS(MqttQoS.AT_MOST_ONCE)
                                    .willTopic(aliveTopic)
                                    .willMessage("offline".getBytes(StandardCharsets.UTF_8))
                                    .build())
                    .syncUninterruptibly();
            says(aliveTopic, "online");
        }

        void says(String topic, String message) {
            channel.writeAndFlush(
                            MqttMessageBuilders.publish()
                                    .topicName(topic)
                                    .qos(MqttQoS.AT_MOST_ONCE)
                                    .retained(true)
                                    .payload(Unpooled.copiedBuffer(message, CharsetUtil.UTF_8))
                                    .build())
                    .syncUninterruptibly();
        }

        /** Loses its connection without a word. */
        @Override
        public void close() {
            thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
