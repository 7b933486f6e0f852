package org.idlefleet.edge.adapter.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.util.ReferenceCountUtil;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A connection in frozen time, byte for byte. */
class MqttLinkTest {
    private final List<String> told = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EmbeddedChannel broker =
            new EmbeddedChannel(new MqttDecoder(1 << 16), MqttEncoder.INSTANCE);

    @BeforeEach
    void connect() {
        channel.freezeTime();
        new MqttLink(
                        new MqttLink.SignIn("idlefleet-1", "ann", "secret"),
                        List.of("a", "b"),
                        new MqttLink.Listener() {
                            @Override
                            public void subscribed(List<String> refused) {
                                told.add("subscribed but " + refused);
                            }

                            @Override
                            public void message(String topic, byte[] payload, boolean retained) {
                                told.add(topic + " " + payload.length + " " + retained);
                            }

                            @Override
                            public void ended(String reason) {
                                told.add("ended: " + reason);
                            }
                        })
                .join(channel.pipeline());
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
        broker.finishAndReleaseAll();
    }

    private void hears(Object message) {
        broker.writeOutbound(message);
        ByteBuf bytes = broker.readOutbound();
        channel.writeInbound(bytes);
    }

    /** What the other side reads next; empty if there is nothing. */
    private List<MqttMessageType> says() {
        var types = new ArrayList<MqttMessageType>();
        for (ByteBuf bytes = channel.readOutbound();
                bytes != null;
                bytes = channel.readOutbound()) {
            broker.writeInbound(bytes);
        }
        for (MqttMessage message = broker.readInbound();
                message != null;
                message = broker.readInbound()) {
            types.add(message.fixedHeader().messageType());
            ReferenceCountUtil.release(message);
        }
        return types;
    }

    private void begin() {
        assertThat(says()).containsExactly(MqttMessageType.CONNECT);
        hears(
                MqttMessageBuilders.connAck()
                        .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                        .build());
        assertThat(says()).containsExactly(MqttMessageType.SUBSCRIBE);
        hears(
                MqttMessageBuilders.subAck()
                        .packetId(1)
                        .addGrantedQos(MqttQoS.AT_LEAST_ONCE)
                        .addGrantedQos(MqttQoS.FAILURE)
                        .build());
        assertThat(told).containsExactly("subscribed but [b]");
        told.clear();
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runPendingTasks();
    }

    private static MqttMessage news(MqttQoS quality) {
        return MqttMessageBuilders.publish()
                .topicName("a")
                .qos(quality)
                .messageId(7)
                .retained(quality == MqttQoS.AT_MOST_ONCE)
                .payload(Unpooled.wrappedBuffer(new byte[3]))
                .build();
    }

    @Test
    void asksForSignsOfLifeAndEndsWithoutThem() {
        begin();
        for (int i = 0; i < 5; i++) {
            pass(10);
            assertThat(says()).containsExactly(MqttMessageType.PINGREQ);
            hears(MqttMessage.PINGRESP);
        }
        assertThat(told).isEmpty();
        pass(10);
        pass(6);
        assertThat(told).containsExactly("ended: the broker is silent");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void doesNotWaitForEverForAGreeting() {
        pass(11);
        assertThat(told).containsExactly("ended: the broker does not answer");
    }

    @Test
    void thanksForWhatIsToBeThankedFor() {
        begin();
        hears(news(MqttQoS.AT_MOST_ONCE));
        assertThat(says()).isEmpty();
        hears(news(MqttQoS.AT_LEAST_ONCE));
        assertThat(says()).containsExactly(MqttMessageType.PUBACK);
        assertThat(told).containsExactly("a 3 true", "a 3 false");
        hears(news(MqttQoS.EXACTLY_ONCE));
        assertThat(told).last().asString().startsWith("ended: ");
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttConnectReturnCode.class,
            names = {
                "CONNECTION_REFUSED_SERVER_UNAVAILABLE",
                "CONNECTION_REFUSED_IDENTIFIER_REJECTED",
                "CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD",
                "CONNECTION_REFUSED_NOT_AUTHORIZED"
            })
    void endsWhereItIsNotLetIn(MqttConnectReturnCode code) {
        hears(MqttMessageBuilders.connAck().returnCode(code).build());
        assertThat(told).singleElement().asString().startsWith("ended: the broker does not let");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void endsWhenItHearsItself() {
        begin();
        hears(MqttMessageBuilders.connect().clientId("idlefleet-1").cleanSession(true).build());
        assertThat(told).containsExactly("ended: the broker sent CONNECT");
    }
}
