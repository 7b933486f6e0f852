package org.idlefleet.protocol.adapter;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;

import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.wire.NodeMsg;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What nodes say, as {@code NodeMsg} and back. Thread-safe. */
final class NodeKinds implements WireCodec.Kinds<NodeMessage> {
    private static final List<String> NAMES = Fields.names(NodeMsg.getDescriptor());

    private final Fields fields;

    NodeKinds(Fields fields) {
        this.fields = fields;
    }

    @Override
    public MessageLite toProto(NodeMessage message) {
        var envelope = NodeMsg.newBuilder();
        switch (message) {
            case NodeMessage.Hello m ->
                    envelope.setHello(
                            NodeMsg.Hello.newBuilder()
                                    .setVersionMin(m.versionMin())
                                    .setVersionMax(m.versionMax())
                                    .setSoftware(fields.cut(m.software()))
                                    .setNumericClass(fields.numericClass(m.numericClass()))
                                    .setMemoryBytes(m.memoryBytes()));
            case NodeMessage.Offer m -> envelope.setOffer(offer(m));
            case NodeMessage.Commit m ->
                    envelope.setCommit(
                            NodeMsg.Commit.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setCommit(Fields.digest(m.commit()))
                                    .setNonce(Fields.bytes(m.nonce()))
                                    .setSignature(Fields.bytes(m.signature())));
            case NodeMessage.ResultPart m ->
                    envelope.setResultPart(
                            NodeMsg.ResultPart.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setBytes(Fields.bytes(m.bytes()))
                                    .setLast(m.last())
                                    .setComputeMicros(Fields.micros(m.computeTime()))
                                    .setBatteryJoules(m.batteryJoules()));
            case NodeMessage.Result m ->
                    envelope.setResult(
                            NodeMsg.Result.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setCommit(Fields.digest(m.commit()))
                                    .setNonce(Fields.bytes(m.nonce()))
                                    .setOutput(Fields.bytes(m.output()))
                                    .setComputeMicros(Fields.micros(m.computeTime()))
                                    .setSignature(Fields.bytes(m.signature()))
                                    .setBatteryJoules(m.batteryJoules()));
            case NodeMessage.Partial m ->
                    envelope.setPartial(
                            NodeMsg.Partial.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setSequence(m.sequence())
                                    .setBytes(Fields.bytes(m.bytes())));
            case NodeMessage.Release m ->
                    envelope.setRelease(
                            NodeMsg.Release.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setReason(fields.cut(m.reason())));
            case NodeMessage.Refuse m ->
                    envelope.setRefuse(
                            NodeMsg.Refuse.newBuilder()
                                    .setLease(Fields.lease(m.lease()))
                                    .setReason(reason(m.reason()))
                                    .setDetail(fields.cut(m.detail())));
            case NodeMessage.Heartbeat m ->
                    envelope.setHeartbeat(
                            NodeMsg.Heartbeat.newBuilder().setPinnedSize(m.pinnedSize()));
            case NodeMessage.FetchChunk m ->
                    envelope.setFetchChunk(
                            NodeMsg.FetchChunk.newBuilder()
                                    .setFile(Fields.digest(m.file()))
                                    .setOffset(m.offset())
                                    .setLength(m.length()));
            case NodeMessage.FetchManifest m ->
                    envelope.setFetchManifest(
                            NodeMsg.FetchManifest.newBuilder()
                                    .setManifest(Fields.digest(m.manifest())));
            case NodeMessage.AskEntries m ->
                    envelope.setAskEntries(
                            NodeMsg.AskEntries.newBuilder()
                                    .setPinnedSize(m.pinnedSize())
                                    .addAllTransactions(m.transactions()));
        }
        return envelope.build();
    }

    @Override
    public NodeMessage fromProto(int kind, CodedInputStream in) throws IOException {
        return switch (kind) {
            case NodeMsg.HELLO_FIELD_NUMBER -> hello(NodeMsg.Hello.parseFrom(in));
            case NodeMsg.OFFER_FIELD_NUMBER -> offer(NodeMsg.Offer.parseFrom(in));
            case NodeMsg.COMMIT_FIELD_NUMBER -> {
                var m = NodeMsg.Commit.parseFrom(in);
                yield new NodeMessage.Commit(
                        Fields.lease("commit", m.hasLease(), m.getLease()),
                        Fields.digest("commit.commit", m.getCommit()),
                        Fields.nonce("commit.nonce", m.getNonce()),
                        Fields.signature("commit.signature", m.getSignature()));
            }
            case NodeMsg.RESULT_PART_FIELD_NUMBER -> {
                var m = NodeMsg.ResultPart.parseFrom(in);
                yield new NodeMessage.ResultPart(
                        Fields.lease("result_part", m.hasLease(), m.getLease()),
                        m.getBytes().toByteArray(),
                        m.getLast(),
                        Fields.micros("result_part.compute_micros", m.getComputeMicros()),
                        Fields.between(
                                "result_part.battery_joules",
                                0,
                                m.getBatteryJoules(),
                                Long.MAX_VALUE));
            }
            case NodeMsg.RESULT_FIELD_NUMBER -> {
                var m = NodeMsg.Result.parseFrom(in);
                yield new NodeMessage.Result(
                        Fields.lease("result", m.hasLease(), m.getLease()),
                        Fields.digest("result.commit", m.getCommit()),
                        Fields.nonce("result.nonce", m.getNonce()),
                        m.getOutput().toByteArray(),
                        Fields.micros("result.compute_micros", m.getComputeMicros()),
                        Fields.signature("result.signature", m.getSignature()),
                        Fields.between(
                                "result.battery_joules", 0, m.getBatteryJoules(), Long.MAX_VALUE));
            }
            case NodeMsg.PARTIAL_FIELD_NUMBER -> {
                var m = NodeMsg.Partial.parseFrom(in);
                yield new NodeMessage.Partial(
                        Fields.lease("partial", m.hasLease(), m.getLease()),
                        (int)
                                Fields.between(
                                        "partial.sequence", 0, m.getSequence(), Integer.MAX_VALUE),
                        m.getBytes().toByteArray());
            }
            case NodeMsg.RELEASE_FIELD_NUMBER -> {
                var m = NodeMsg.Release.parseFrom(in);
                yield new NodeMessage.Release(
                        Fields.lease("release", m.hasLease(), m.getLease()),
                        fields.text("release.reason", m.getReason()));
            }
            case NodeMsg.REFUSE_FIELD_NUMBER -> {
                var m = NodeMsg.Refuse.parseFrom(in);
                yield new NodeMessage.Refuse(
                        Fields.lease("refuse", m.hasLease(), m.getLease()),
                        reason(m.getReasonValue()),
                        fields.text("refuse.detail", m.getDetail()));
            }
            case NodeMsg.HEARTBEAT_FIELD_NUMBER -> {
                var m = NodeMsg.Heartbeat.parseFrom(in);
                yield new NodeMessage.Heartbeat(
                        Fields.between(
                                "heartbeat.pinned_size", 0, m.getPinnedSize(), Long.MAX_VALUE));
            }
            case NodeMsg.FETCH_CHUNK_FIELD_NUMBER -> {
                var m = NodeMsg.FetchChunk.parseFrom(in);
                yield new NodeMessage.FetchChunk(
                        Fields.digest("fetch_chunk.file", m.getFile()),
                        Fields.between("fetch_chunk.offset", 0, m.getOffset(), Long.MAX_VALUE),
                        chunkLength(m.getLength()));
            }
            case NodeMsg.FETCH_MANIFEST_FIELD_NUMBER ->
                    new NodeMessage.FetchManifest(
                            Fields.digest(
                                    "fetch_manifest.manifest",
                                    NodeMsg.FetchManifest.parseFrom(in).getManifest()));
            case NodeMsg.ASK_ENTRIES_FIELD_NUMBER -> ask(NodeMsg.AskEntries.parseFrom(in));
            default -> throw new WireException("message", "there is no kind " + kind);
        };
    }

    @Override
    public String name(int kind) {
        return kind > 0 && kind < NAMES.size() ? NAMES.get(kind) : "";
    }

    @Override
    public boolean payload(int kind) {
        return kind == NodeMsg.RESULT_FIELD_NUMBER
                || kind == NodeMsg.RESULT_PART_FIELD_NUMBER
                || kind == NodeMsg.PARTIAL_FIELD_NUMBER;
    }

    @Override
    public int weight(NodeMessage message) {
        return switch (message) {
            case NodeMessage.Result m -> 192 + m.output().length;
            case NodeMessage.ResultPart m -> 32 + m.bytes().length;
            case NodeMessage.Partial m -> 32 + m.bytes().length;
            case NodeMessage.Commit _ -> 192;
            case NodeMessage.AskEntries m ->
                    32 + m.transactions().stream().mapToInt(name -> 8 + name.length()).sum();
            case NodeMessage.Offer m -> 16 + 48 * m.models().size();
            case NodeMessage.Hello _,
                    NodeMessage.Release _,
                    NodeMessage.Refuse _,
                    NodeMessage.Heartbeat _,
                    NodeMessage.FetchChunk _,
                    NodeMessage.FetchManifest _ ->
                    96;
        };
    }

    private static NodeMsg.Offer offer(NodeMessage.Offer offer) {
        var message =
                NodeMsg.Offer.newBuilder()
                        .setSlots(offer.slots())
                        .setParkTimeLeftMs(Fields.millis(offer.parkTimeLeft()));
        for (NodeMessage.WarmModel model : offer.models()) {
            message.addModels(
                    NodeMsg.WarmModel.newBuilder()
                            .setManifest(Fields.digest(model.manifest()))
                            .setWorkUnitsPerSecond(model.workUnitsPerSecond()));
        }
        return message.build();
    }

    private NodeMessage.Hello hello(NodeMsg.Hello m) throws WireException {
        return new NodeMessage.Hello(
                (int) Fields.between("hello.version_min", 1, m.getVersionMin(), 1 << 16),
                (int) Fields.between("hello.version_max", 1, m.getVersionMax(), 1 << 16),
                fields.text("hello.software", m.getSoftware()),
                fields.numericClass(
                        "hello.numeric_class", m.hasNumericClass(), m.getNumericClass()),
                Fields.between("hello.memory_bytes", 0, m.getMemoryBytes(), Long.MAX_VALUE));
    }

    private NodeMessage.Offer offer(NodeMsg.Offer m) throws WireException {
        fields.within("offer.models", WireLimit.MODELS, m.getModelsCount());
        List<NodeMessage.WarmModel> models = new ArrayList<>(m.getModelsCount());
        for (NodeMsg.WarmModel model : m.getModelsList()) {
            double speed = model.getWorkUnitsPerSecond();
            if (!(speed >= 0 && speed <= Double.MAX_VALUE)) {
                throw new WireException(
                        "offer.models.work_units_per_second", "is finite and not negative");
            }
            models.add(
                    new NodeMessage.WarmModel(
                            Fields.digest("offer.models.manifest", model.getManifest()), speed));
        }
        return new NodeMessage.Offer(
                (int) Fields.between("offer.slots", 0, m.getSlots(), NodeMessage.SLOTS_MAX),
                Fields.millis("offer.park_time_left_ms", m.getParkTimeLeftMs()),
                models);
    }

    private NodeMessage.AskEntries ask(NodeMsg.AskEntries m) throws WireException {
        Fields.between(
                "ask_entries.transactions",
                0,
                m.getTransactionsCount(),
                NodeMessage.AskEntries.ASKED_MAX);
        List<String> transactions = new ArrayList<>(m.getTransactionsCount());
        for (String transaction : m.getTransactionsList()) {
            transactions.add(fields.text("ask_entries.transactions", transaction));
        }
        return new NodeMessage.AskEntries(
                Fields.between("ask_entries.pinned_size", 0, m.getPinnedSize(), Long.MAX_VALUE),
                transactions);
    }

    private int chunkLength(int length) throws WireException {
        Fields.between("fetch_chunk.length", 1, length, Integer.MAX_VALUE);
        fields.within("fetch_chunk.length", WireLimit.CHUNK_BYTES, length);
        return length;
    }

    private static NodeMsg.Refuse.Reason reason(NodeMessage.RefuseReason reason) {
        return switch (reason) {
            case MODEL -> NodeMsg.Refuse.Reason.MODEL;
            case MEMORY -> NodeMsg.Refuse.Reason.MEMORY;
            case INPUT -> NodeMsg.Refuse.Reason.INPUT;
            case RUNTIME -> NodeMsg.Refuse.Reason.RUNTIME;
        };
    }

    private static NodeMessage.RefuseReason reason(int value) throws WireException {
        return switch (value) {
            case NodeMsg.Refuse.Reason.MODEL_VALUE -> NodeMessage.RefuseReason.MODEL;
            case NodeMsg.Refuse.Reason.MEMORY_VALUE -> NodeMessage.RefuseReason.MEMORY;
            case NodeMsg.Refuse.Reason.INPUT_VALUE -> NodeMessage.RefuseReason.INPUT;
            case NodeMsg.Refuse.Reason.RUNTIME_VALUE -> NodeMessage.RefuseReason.RUNTIME;
            default -> throw new WireException("refuse.reason", "there is no reason " + value);
        };
    }
}
