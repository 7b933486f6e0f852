package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.wire.CoordinatorFrame;
import org.idlefleet.protocol.wire.CoordinatorMsg;
import org.idlefleet.protocol.wire.LeaseMsg;
import org.idlefleet.protocol.wire.NodeFrame;
import org.idlefleet.protocol.wire.NodeMsg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

class WireCodecTest {
    private static final WireLimits SMALL =
            WireLimits.DEFAULT
                    .with(WireLimit.FRAME_BYTES, 20_000)
                    .with(WireLimit.CONTROL_BYTES, 500)
                    .with(WireLimit.FRAME_MESSAGES, 20)
                    .with(WireLimit.TEXT_CHARS, 30)
                    .with(WireLimit.CHECKPOINT_CHARS, 40)
                    .with(WireLimit.SHARD_ITEMS, 7)
                    .with(WireLimit.MODELS, 3)
                    .with(WireLimit.CHUNK_BYTES, 100);
    private static final WireCodec<NodeMessage> NODE = WireCodec.ofNode(WireLimits.DEFAULT);
    private static final WireCodec<CoordinatorMessage> COORDINATOR =
            WireCodec.ofCoordinator(WireLimits.DEFAULT);
    private static final ByteString DIGEST = ByteString.copyFrom(Digest.of().raw());
    private static final LeaseMsg LEASE = LeaseMsg.newBuilder().setJob(1).build();

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsWhatItWrites(long seed) throws WireException {
        var random = new RandomMessages(seed);
        List<NodeMessage> up = random.fromNode(15);
        List<CoordinatorMessage> down = random.fromCoordinator(15);

        assertThat(through(NODE, up))
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .isEqualTo(up);
        assertThat(through(COORDINATOR, down))
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .isEqualTo(down);
    }

    @Test
    void aCoordinatorThatNamesNoRestWantsToHearItsNodesAsOftenAsElse() throws WireException {
        var often = Duration.ofSeconds(5);
        var silent = new CoordinatorMessage.Welcome(1, 1, often, Duration.ZERO, List.of());
        assertThat(through(COORDINATOR, List.of(silent)))
                .containsExactly(new CoordinatorMessage.Welcome(1, 1, often, List.of()));
    }

    @Test
    void theRandomMessagesAreOfEveryKind() {
        Set<Class<?>> kinds = new HashSet<>();
        new RandomMessages(1).fromNode(500).forEach(m -> kinds.add(m.getClass()));
        new RandomMessages(1).fromCoordinator(500).forEach(m -> kinds.add(m.getClass()));

        assertThat(kinds).contains(NodeMessage.class.getPermittedSubclasses());
        assertThat(kinds).contains(CoordinatorMessage.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverWeighsAMessageLighterThanItsPayloadNorPromisesAFitThatIsNone(long seed) {
        for (NodeMessage message : new RandomMessages(seed).fromNode(100)) {
            int bytes = NODE.encode(List.of(message)).getFirst().length;
            assertThat(NODE.weight(message)).as("%s", message).isGreaterThan(bytes - 512);
        }
        for (CoordinatorMessage message : new RandomMessages(seed).fromCoordinator(100)) {
            int bytes = COORDINATOR.encode(List.of(message)).getFirst().length;
            assertThat(COORDINATOR.weight(message)).as("%s", message).isGreaterThan(bytes - 512);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mergesIntoFramesThatTheLimitsAllow(long seed) throws WireException {
        var codec =
                WireCodec.ofNode(
                        WireLimits.DEFAULT
                                .with(WireLimit.FRAME_BYTES, 4_000)
                                .with(WireLimit.FRAME_MESSAGES, 9));
        List<NodeMessage> messages = new RandomMessages(seed).fromNode(100);

        List<byte[]> frames = codec.encode(messages);

        assertThat(frames).hasSizeBetween(100 / 9, 60);
        assertThat(frames).allMatch(frame -> frame.length <= 4_000);
        assertThat(through(codec, messages)).hasSize(100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersGarbageWithWireExceptionsOnly(long seed) {
        var random = new Random(seed);
        var messages = new RandomMessages(seed);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            refused += survives(NODE, damaged(NODE.encode(messages.fromNode(3)), random));
            refused +=
                    survives(
                            COORDINATOR,
                            damaged(COORDINATOR.encode(messages.fromCoordinator(3)), random));
            refused += survives(WireCodec.ofNode(SMALL), noise(random));
            refused += survives(WireCodec.ofCoordinator(SMALL), noise(random));
        }
        assertThat(refused).isGreaterThan(300);
    }

    static Stream<Arguments> tooMuch() {
        var offer = NodeMsg.Offer.newBuilder();
        var assign = CoordinatorMsg.Assign.newBuilder().setLease(LEASE).setManifest(DIGEST);
        for (int i = 0; i < 8; i++) {
            offer.addModels(NodeMsg.WarmModel.newBuilder().setManifest(DIGEST));
            assign.addItems(ByteString.copyFromUtf8("hello"));
        }
        return Stream.of(
                Arguments.of(
                        WireLimit.FRAME_BYTES,
                        "frame",
                        node(
                                NodeMsg.newBuilder()
                                        .setResult(
                                                NodeMsg.Result.newBuilder()
                                                        .setOutput(
                                                                ByteString.copyFrom(
                                                                        new byte[20_000]))))),
                Arguments.of(
                        WireLimit.CONTROL_BYTES,
                        "release",
                        node(
                                NodeMsg.newBuilder()
                                        .setRelease(
                                                NodeMsg.Release.newBuilder()
                                                        .setReason("x".repeat(600))))),
                Arguments.of(
                        WireLimit.FRAME_MESSAGES,
                        "frame",
                        NodeFrame.newBuilder()
                                .addAllMessages(
                                        Collections.nCopies(
                                                21,
                                                NodeMsg.newBuilder()
                                                        .setHeartbeat(
                                                                NodeMsg.Heartbeat.newBuilder())
                                                        .build()))
                                .build()),
                Arguments.of(
                        WireLimit.TEXT_CHARS,
                        "refuse.detail",
                        node(
                                NodeMsg.newBuilder()
                                        .setRefuse(
                                                NodeMsg.Refuse.newBuilder()
                                                        .setLease(LEASE)
                                                        .setReason(NodeMsg.Refuse.Reason.MODEL)
                                                        .setDetail("x".repeat(31))))),
                Arguments.of(
                        WireLimit.MODELS,
                        "offer.models",
                        node(NodeMsg.newBuilder().setOffer(offer))),
                Arguments.of(
                        WireLimit.CHUNK_BYTES,
                        "fetch_chunk.length",
                        node(
                                NodeMsg.newBuilder()
                                        .setFetchChunk(
                                                NodeMsg.FetchChunk.newBuilder()
                                                        .setFile(DIGEST)
                                                        .setLength(101)))),
                Arguments.of(
                        WireLimit.SHARD_ITEMS,
                        "assign.items",
                        coordinator(CoordinatorMsg.newBuilder().setAssign(assign))),
                Arguments.of(
                        WireLimit.CHECKPOINT_CHARS,
                        "checkpoint.text",
                        coordinator(
                                CoordinatorMsg.newBuilder()
                                        .setCheckpoint(
                                                CoordinatorMsg.Checkpoint.newBuilder()
                                                        .setText("x".repeat(41))))));
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void namesTheFieldAndTheLimitThatAFrameMeets(WireLimit limit, String field, MessageLite frame) {
        WireCodec<?> codec =
                frame instanceof NodeFrame
                        ? WireCodec.ofNode(SMALL)
                        : WireCodec.ofCoordinator(SMALL);

        WireException refused =
                catchThrowableOfType(WireException.class, () -> codec.decode(frame.toByteArray()));

        assertThat(refused.limit()).contains(limit);
        assertThat(refused.field()).isEqualTo(field);
        assertThat(refused)
                .hasMessageContaining(field)
                .hasMessageContaining(limit.label())
                .hasMessageContaining("at most " + SMALL.get(limit));
    }

    static Stream<Arguments> wrong() {
        var result =
                NodeMsg.Result.newBuilder()
                        .setLease(LEASE)
                        .setCommit(DIGEST)
                        .setNonce(ByteString.copyFrom(new byte[16]));
        var hello = NodeMsg.Hello.newBuilder().setVersionMin(1).setVersionMax(1);
        return Stream.of(
                Arguments.of("message", node(NodeMsg.newBuilder())),
                Arguments.of(
                        "result.lease",
                        node(NodeMsg.newBuilder().setResult(result.clone().clearLease()))),
                Arguments.of(
                        "result.lease",
                        node(
                                NodeMsg.newBuilder()
                                        .setResult(
                                                result.clone().setLease(LeaseMsg.newBuilder())))),
                Arguments.of(
                        "result.lease",
                        node(
                                NodeMsg.newBuilder()
                                        .setResult(
                                                result.clone()
                                                        .setLease(
                                                                LEASE.toBuilder().setShard(-1))))),
                Arguments.of(
                        "result.commit",
                        node(NodeMsg.newBuilder().setResult(result.clone().clearCommit()))),
                Arguments.of(
                        "result.nonce",
                        node(
                                NodeMsg.newBuilder()
                                        .setResult(
                                                result.clone()
                                                        .setNonce(
                                                                ByteString.copyFrom(
                                                                        new byte[17]))))),
                Arguments.of(
                        "result.compute_micros",
                        node(NodeMsg.newBuilder().setResult(result.clone().setComputeMicros(-1)))),
                Arguments.of("hello.numeric_class", node(NodeMsg.newBuilder().setHello(hello))),
                Arguments.of(
                        "hello.version_min",
                        node(NodeMsg.newBuilder().setHello(hello.clone().setVersionMin(0)))),
                Arguments.of(
                        "offer.slots",
                        node(
                                NodeMsg.newBuilder()
                                        .setOffer(
                                                NodeMsg.Offer.newBuilder()
                                                        .setSlots(NodeMessage.SLOTS_MAX + 1)))),
                Arguments.of(
                        "offer.models.work_units_per_second",
                        node(
                                NodeMsg.newBuilder()
                                        .setOffer(
                                                NodeMsg.Offer.newBuilder()
                                                        .addModels(
                                                                NodeMsg.WarmModel.newBuilder()
                                                                        .setManifest(DIGEST)
                                                                        .setWorkUnitsPerSecond(
                                                                                Double.NaN))))),
                Arguments.of(
                        "refuse.reason",
                        node(
                                NodeMsg.newBuilder()
                                        .setRefuse(NodeMsg.Refuse.newBuilder().setLease(LEASE)))),
                Arguments.of(
                        "assign.kind",
                        coordinator(
                                CoordinatorMsg.newBuilder()
                                        .setAssign(
                                                CoordinatorMsg.Assign.newBuilder()
                                                        .setLease(LEASE)
                                                        .setManifest(DIGEST)))),
                Arguments.of(
                        "model_notice.model",
                        coordinator(
                                CoordinatorMsg.newBuilder()
                                        .setModelNotice(
                                                CoordinatorMsg.ModelNotice.newBuilder()
                                                        .setModel("../etc")
                                                        .setManifest(DIGEST)))));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void namesTheFieldThatIsWrong(String field, MessageLite frame) {
        WireCodec<?> codec = frame instanceof NodeFrame ? NODE : COORDINATOR;

        WireException refused =
                catchThrowableOfType(WireException.class, () -> codec.decode(frame.toByteArray()));

        assertThat(refused.field()).isEqualTo(field);
        assertThat(refused.limit()).isEmpty();
    }

    @Test
    void refusesAnEnvelopeThatHoldsTwoKinds() {
        byte[] heartbeat = NODE.encode(List.of(new NodeMessage.Heartbeat())).getFirst();
        byte[] two = Arrays.copyOf(heartbeat, heartbeat.length + heartbeat[1]);
        System.arraycopy(heartbeat, 2, two, heartbeat.length, heartbeat[1]);
        two[1] += two[1];

        assertThatThrownBy(() -> NODE.decode(two))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("its envelope");
    }

    @Test
    void cutsALongReasonOfOursInsteadOfLosingTheConnection() throws WireException {
        var lease = new Lease(new JobId(1), 0, 0, 0);
        var release = new NodeMessage.Release(lease, "x".repeat(5_000));

        assertThat(through(NODE, List.of(release)))
                .containsExactly(new NodeMessage.Release(lease, "x".repeat(1_024)));
    }

    @Test
    void saysBeforehandThatAMessageDoesNotFit() {
        var lease = new Lease(new JobId(1), 0, 0, 0);
        var part = new NodeMessage.ResultPart(lease, new byte[4 << 20], true, Duration.ZERO);

        assertThatThrownBy(() -> NODE.checkFits(part))
                .hasMessageContaining("frame-bytes")
                .hasMessageContaining("parts");
    }

    private static <M> List<M> through(WireCodec<M> codec, List<? extends M> messages)
            throws WireException {
        var read = new ArrayList<M>();
        for (byte[] frame : codec.encode(messages)) {
            read.addAll(codec.decode(frame));
        }
        return read;
    }

    private static int survives(WireCodec<?> codec, byte[] frame) {
        try {
            codec.decode(frame);
            return 0;
        } catch (WireException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 1;
        }
    }

    private static byte[] damaged(List<byte[]> frames, Random random) {
        byte[] frame = frames.getFirst();
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(frame, random.nextInt(frame.length + 1));
        }
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        return frame;
    }

    private static byte[] noise(Random random) {
        var noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        if (noise.length > 3 && random.nextBoolean()) {
            noise[0] = 10;
            noise[1] = (byte) (noise.length - 2);
            noise[2] = (byte) (1 + random.nextInt(11) << 3 | 2);
            noise[3] = (byte) (noise.length - 4);
        }
        return noise;
    }

    private static NodeFrame node(NodeMsg.Builder message) {
        return NodeFrame.newBuilder().addMessages(message).build();
    }

    private static CoordinatorFrame coordinator(CoordinatorMsg.Builder message) {
        return CoordinatorFrame.newBuilder().addMessages(message).build();
    }
}
