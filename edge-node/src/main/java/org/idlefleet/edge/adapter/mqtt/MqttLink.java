package org.idlefleet.edge.adapter.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a broker, as MQTT 3.1.1 has it: signs in with a clean session, subscribes, and
 * takes what comes. It publishes nothing. It asks for signs of life, so a broker that vanished is
 * noticed within {@value #SILENCE_SECONDS} seconds.
 */
final class MqttLink extends ChannelInboundHandlerAdapter {
    /** Longer messages end the connection. */
    static final int MESSAGE_BYTES_MAX = 64 << 10;

    /** How long to sign in and subscribe may take together. */
    private static final int BEGIN_SECONDS = 10;

    private static final int PING_SECONDS = 10;
    private static final int SILENCE_SECONDS = 15;

    /** What the broker is told; it ends the connection after one and a half of it. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final int REFUSED = 0x80;
    private static final int FIRST = 1;

    private final SignIn signIn;
    private final List<String> topics;
    private final Listener listener;
    private String reason = "the broker ended the connection";
    private boolean begun;

    /** Who says hello; no user for a broker that lets everybody in. */
    record SignIn(String client, String user, String password) {}

    /** What becomes of the connection; told by its thread. */
    interface Listener {
        /**
         * From now on messages come.
         *
         * @param refused topics that the broker does not let this user read
         */
        void subscribed(List<String> refused);

        /**
         * @param retained whether the broker kept it from before
         */
        void message(String topic, byte[] payload, boolean retained);

        /** Once, and nothing after it. */
        void ended(String reason);
    }

    MqttLink(SignIn signIn, List<String> topics, Listener listener) {
        this.signIn = signIn;
        this.topics = List.copyOf(topics);
        this.listener = listener;
    }

    /** Adds what it needs to a connection's pipeline. */
    void join(ChannelPipeline pipeline) {
        pipeline.addLast(new IdleStateHandler(SILENCE_SECONDS, PING_SECONDS, 0))
                .addLast(new MqttDecoder(MESSAGE_BYTES_MAX))
                .addLast(MqttEncoder.INSTANCE)
                .addLast(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var hello =
                MqttMessageBuilders.connect()
                        .protocolVersion(MqttVersion.MQTT_3_1_1)
                        .clientId(signIn.client())
                        .cleanSession(true)
                        .keepAlive(KEEP_ALIVE_SECONDS);
        if (!signIn.user().isEmpty()) {
            hello.username(signIn.user())
                    .password(signIn.password().getBytes(StandardCharsets.UTF_8));
        }
        send(context, hello.build());
        var _ =
                context.executor()
                        .schedule(
                                () -> {
                                    if (!begun) {
                                        end(context, "the broker does not answer");
                                    }
                                },
                                BEGIN_SECONDS,
                                TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof MqttMessage mqtt && mqtt.decoderResult().isSuccess()) {
                take(context, mqtt);
            } else {
                end(
                        context,
                        "the broker sent what is no MQTT, or a message of more than "
                                + MESSAGE_BYTES_MAX
                                + " bytes");
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(ChannelHandlerContext context, MqttMessage message) {
        switch (message) {
            case MqttConnAckMessage answer -> welcomed(context, answer);
            case MqttSubAckMessage answer -> subscribed(answer);
            case MqttPublishMessage news -> publish(context, news);
            default -> {
                if (message.fixedHeader().messageType() != MqttMessageType.PINGRESP) {
                    end(context, "the broker sent " + message.fixedHeader().messageType());
                }
            }
        }
    }

    private void welcomed(ChannelHandlerContext context, MqttConnAckMessage answer) {
        MqttConnectReturnCode code = answer.variableHeader().connectReturnCode();
        if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
            end(context, refusal(code));
            return;
        }
        var wish = MqttMessageBuilders.subscribe().messageId(FIRST);
        topics.forEach(topic -> wish.addSubscription(MqttQoS.AT_LEAST_ONCE, topic));
        send(context, wish.build());
    }

    private static String refusal(MqttConnectReturnCode code) {
        return switch (code) {
            case CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD,
                    CONNECTION_REFUSED_BAD_USERNAME_OR_PASSWORD,
                    CONNECTION_REFUSED_NOT_AUTHORIZED,
                    CONNECTION_REFUSED_NOT_AUTHORIZED_5 ->
                    "the broker does not let us in; check signals.mqtt.user and the file"
                            + " signals.mqtt.password";
            default -> "the broker does not let us in: " + code;
        };
    }

    private void subscribed(MqttSubAckMessage answer) {
        var refused = new ArrayList<String>();
        List<Integer> codes = answer.payload().reasonCodes();
        for (int i = 0; i < topics.size(); i++) {
            if (i >= codes.size() || codes.get(i) >= REFUSED) {
                refused.add(topics.get(i));
            }
        }
        begun = true;
        listener.subscribed(refused);
    }

    private void publish(ChannelHandlerContext context, MqttPublishMessage news) {
        MqttFixedHeader header = news.fixedHeader();
        if (header.qosLevel() == MqttQoS.AT_LEAST_ONCE) {
            send(
                    context,
                    new MqttPubAckMessage(
                            new MqttFixedHeader(
                                    MqttMessageType.PUBACK, false, MqttQoS.AT_MOST_ONCE, false, 0),
                            MqttMessageIdVariableHeader.from(news.variableHeader().packetId())));
        }
        if (header.qosLevel() == MqttQoS.EXACTLY_ONCE) {
            end(context, "the broker sent a message exactly once, which nobody asked for");
            return;
        }
        listener.message(
                news.variableHeader().topicName(),
                ByteBufUtil.getBytes(news.payload()),
                header.isRetain());
    }

    private static void send(ChannelHandlerContext context, MqttMessage message) {
        var _ =
                context.writeAndFlush(message)
                        .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent idle) {
            if (idle.state() == IdleState.READER_IDLE) {
                end(context, "the broker is silent");
            } else if (begun) {
                send(context, MqttMessage.PINGREQ);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        end(context, root.getMessage() == null ? root.toString() : root.getMessage());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listener.ended(reason);
    }

    private void end(ChannelHandlerContext context, String why) {
        if (context.channel().isOpen()) {
            reason = why;
            var _ = context.close();
        }
    }
}
