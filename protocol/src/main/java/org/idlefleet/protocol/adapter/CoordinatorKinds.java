package org.idlefleet.protocol.adapter;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.wire.CoordinatorMsg;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What coordinators say, as {@code CoordinatorMsg} and back. Thread-safe. */
final class CoordinatorKinds implements WireCodec.Kinds<CoordinatorMessage> {
    private static final List<String> NAMES = Fields.names(CoordinatorMsg.getDescriptor());

    private final Fields fields;

    CoordinatorKinds(Fields fields) {
        this.fields = fields;
    }

    @Override
    public MessageLite toProto(CoordinatorMessage message) {
        var envelope = CoordinatorMsg.newBuilder();
        switch (message) {
            case CoordinatorMessage.Welcome m -> envelope.setWelcome(welcome(m));
            case CoordinatorMessage.ModelNotice m -> envelope.setModelNotice(notice(m));
            case CoordinatorMessage.Assign m -> envelope.setAssign(assign(m));
            case CoordinatorMessage.Cancel m ->
                    envelope.setCancel(
                            CoordinatorMsg.Cancel.newBuilder().setLease(Fields.lease(m.lease())));
            case CoordinatorMessage.Drain m ->
                    envelope.setDrain(
                            CoordinatorMsg.Drain.newBuilder()
                                    .setReason(fields.cut(m.reason()))
                                    .setWaitMs(Fields.millis(m.away())));
            case CoordinatorMessage.ManifestBytes m ->
                    envelope.setManifestBytes(
                            CoordinatorMsg.ManifestBytes.newBuilder()
                                    .setManifest(Fields.digest(m.manifest()))
                                    .setBytes(Fields.bytes(m.bytes())));
            case CoordinatorMessage.Chunk m ->
                    envelope.setChunk(
                            CoordinatorMsg.Chunk.newBuilder()
                                    .setFile(Fields.digest(m.file()))
                                    .setOffset(m.offset())
                                    .setFileBytes(m.fileBytes())
                                    .setBytes(Fields.bytes(m.bytes())));
            case CoordinatorMessage.Earnings m -> envelope.setEarnings(earnings(m));
            case CoordinatorMessage.Checkpoint m ->
                    envelope.setCheckpoint(
                            CoordinatorMsg.Checkpoint.newBuilder()
                                    .setText(m.text())
                                    .setKey(fields.cut(m.key()))
                                    .setFrom(m.from())
                                    .addAllProof(m.proof().stream().map(Fields::digest).toList()));
            case CoordinatorMessage.Goodbye m ->
                    envelope.setGoodbye(
                            CoordinatorMsg.Goodbye.newBuilder().setReason(fields.cut(m.reason())));
            case CoordinatorMessage.Receipts m ->
                    envelope.setReceipts(CoordinatorMsg.Receipts.newBuilder().setText(m.text()));
            case CoordinatorMessage.Entries m ->
                    envelope.setEntries(
                            CoordinatorMsg.Entries.newBuilder()
                                    .setSize(m.size())
                                    .addAllItems(m.items()));
        }
        return envelope.build();
    }

    @Override
    public CoordinatorMessage fromProto(int kind, CodedInputStream in) throws IOException {
        return switch (kind) {
            case CoordinatorMsg.WELCOME_FIELD_NUMBER ->
                    welcome(CoordinatorMsg.Welcome.parseFrom(in));
            case CoordinatorMsg.MODEL_NOTICE_FIELD_NUMBER ->
                    notice("model_notice", CoordinatorMsg.ModelNotice.parseFrom(in));
            case CoordinatorMsg.ASSIGN_FIELD_NUMBER -> assign(CoordinatorMsg.Assign.parseFrom(in));
            case CoordinatorMsg.CANCEL_FIELD_NUMBER -> {
                var m = CoordinatorMsg.Cancel.parseFrom(in);
                yield new CoordinatorMessage.Cancel(
                        Fields.lease("cancel", m.hasLease(), m.getLease()));
            }
            case CoordinatorMsg.DRAIN_FIELD_NUMBER -> {
                var m = CoordinatorMsg.Drain.parseFrom(in);
                yield new CoordinatorMessage.Drain(
                        fields.text("drain.reason", m.getReason()),
                        Fields.millis("drain.wait_ms", m.getWaitMs()));
            }
            case CoordinatorMsg.MANIFEST_BYTES_FIELD_NUMBER -> {
                var m = CoordinatorMsg.ManifestBytes.parseFrom(in);
                yield new CoordinatorMessage.ManifestBytes(
                        Fields.digest("manifest_bytes.manifest", m.getManifest()),
                        m.getBytes().toByteArray());
            }
            case CoordinatorMsg.CHUNK_FIELD_NUMBER -> chunk(CoordinatorMsg.Chunk.parseFrom(in));
            case CoordinatorMsg.EARNINGS_FIELD_NUMBER ->
                    earnings(CoordinatorMsg.Earnings.parseFrom(in));
            case CoordinatorMsg.CHECKPOINT_FIELD_NUMBER ->
                    checkpoint(CoordinatorMsg.Checkpoint.parseFrom(in));
            case CoordinatorMsg.GOODBYE_FIELD_NUMBER ->
                    new CoordinatorMessage.Goodbye(
                            fields.text(
                                    "goodbye.reason",
                                    CoordinatorMsg.Goodbye.parseFrom(in).getReason()));
            case CoordinatorMsg.RECEIPTS_FIELD_NUMBER ->
                    new CoordinatorMessage.Receipts(
                            CoordinatorMsg.Receipts.parseFrom(in).getText());
            case CoordinatorMsg.ENTRIES_FIELD_NUMBER ->
                    entries(CoordinatorMsg.Entries.parseFrom(in));
            default -> throw new WireException("message", "there is no kind " + kind);
        };
    }

    @Override
    public String name(int kind) {
        return kind > 0 && kind < NAMES.size() ? NAMES.get(kind) : "";
    }

    @Override
    public boolean payload(int kind) {
        return kind == CoordinatorMsg.ASSIGN_FIELD_NUMBER
                || kind == CoordinatorMsg.CHUNK_FIELD_NUMBER
                || kind == CoordinatorMsg.MANIFEST_BYTES_FIELD_NUMBER;
    }

    @Override
    public int weight(CoordinatorMessage message) {
        return switch (message) {
            case CoordinatorMessage.Assign m -> assignWeight(m);
            case CoordinatorMessage.Chunk m -> 64 + m.bytes().length;
            case CoordinatorMessage.ManifestBytes m -> 48 + m.bytes().length;
            case CoordinatorMessage.Checkpoint m ->
                    256 + 3 * m.text().length() + 34 * m.proof().size();
            case CoordinatorMessage.Receipts m -> 16 + m.text().length();
            case CoordinatorMessage.Entries m ->
                    16 + m.items().stream().mapToInt(item -> 8 + item.length()).sum();
            case CoordinatorMessage.Welcome m -> 32 + 128 * m.models().size();
            case CoordinatorMessage.ModelNotice _,
                    CoordinatorMessage.Cancel _,
                    CoordinatorMessage.Drain _,
                    CoordinatorMessage.Goodbye _ ->
                    96;
            case CoordinatorMessage.Earnings _ -> 192;
        };
    }

    private static int assignWeight(CoordinatorMessage.Assign assign) {
        long weight = 96;
        for (byte[] item : assign.items()) {
            weight += 5L + item.length;
        }
        return (int) Math.min(Integer.MAX_VALUE, weight);
    }

    private static CoordinatorMsg.ModelNotice notice(CoordinatorMessage.ModelNotice notice) {
        return CoordinatorMsg.ModelNotice.newBuilder()
                .setModel(notice.model().value())
                .setManifest(Fields.digest(notice.manifest()))
                .setBytes(notice.bytes())
                .build();
    }

    private static CoordinatorMessage.ModelNotice notice(
            String field, CoordinatorMsg.ModelNotice notice) throws WireException {
        try {
            return new CoordinatorMessage.ModelNotice(
                    new ModelId(notice.getModel()),
                    Fields.digest(field + ".manifest", notice.getManifest()),
                    Fields.between(field + ".bytes", 0, notice.getBytes(), Long.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new WireException(field + ".model", e);
        }
    }

    private static CoordinatorMsg.Welcome welcome(CoordinatorMessage.Welcome welcome) {
        var message =
                CoordinatorMsg.Welcome.newBuilder()
                        .setVersion(welcome.version())
                        .setEpoch(welcome.epoch())
                        .setHeartbeatMs(Fields.millis(welcome.heartbeat()))
                        .setRestMs(Fields.millis(welcome.rest()));
        welcome.models().forEach(notice -> message.addModels(notice(notice)));
        return message.build();
    }

    private CoordinatorMessage.Welcome welcome(CoordinatorMsg.Welcome m) throws WireException {
        fields.within("welcome.models", WireLimit.MODELS, m.getModelsCount());
        List<CoordinatorMessage.ModelNotice> models = new ArrayList<>(m.getModelsCount());
        for (CoordinatorMsg.ModelNotice notice : m.getModelsList()) {
            models.add(notice("welcome.models", notice));
        }
        return new CoordinatorMessage.Welcome(
                (int) Fields.between("welcome.version", 1, m.getVersion(), 1 << 16),
                (int) Fields.between("welcome.epoch", 0, m.getEpoch(), Integer.MAX_VALUE),
                Fields.millis("welcome.heartbeat_ms", m.getHeartbeatMs()),
                Fields.millis(
                        "welcome.rest_ms", m.getRestMs() == 0 ? m.getHeartbeatMs() : m.getRestMs()),
                models);
    }

    private static CoordinatorMsg.Assign assign(CoordinatorMessage.Assign assign) {
        var message =
                CoordinatorMsg.Assign.newBuilder()
                        .setLease(Fields.lease(assign.lease()))
                        .setManifest(Fields.digest(assign.manifest()))
                        .setKind(
                                switch (assign.kind()) {
                                    case TEXT -> CoordinatorMsg.Assign.Kind.TEXT;
                                    case TOKENS -> CoordinatorMsg.Assign.Kind.TOKENS;
                                })
                        .setTimeLeftMs(Fields.millis(assign.timeLeft()));
        for (byte[] item : assign.items()) {
            message.addItems(Fields.bytes(item));
        }
        return message.build();
    }

    private CoordinatorMessage.Assign assign(CoordinatorMsg.Assign m) throws WireException {
        fields.within("assign.items", WireLimit.SHARD_ITEMS, m.getItemsCount());
        List<byte[]> items = new ArrayList<>(m.getItemsCount());
        for (ByteString item : m.getItemsList()) {
            items.add(item.toByteArray());
        }
        return new CoordinatorMessage.Assign(
                Fields.lease("assign", m.hasLease(), m.getLease()),
                Fields.digest("assign.manifest", m.getManifest()),
                switch (m.getKindValue()) {
                    case CoordinatorMsg.Assign.Kind.TEXT_VALUE -> ItemKind.TEXT;
                    case CoordinatorMsg.Assign.Kind.TOKENS_VALUE -> ItemKind.TOKENS;
                    default ->
                            throw new WireException(
                                    "assign.kind", "there is no kind " + m.getKindValue());
                },
                items,
                Fields.millis("assign.time_left_ms", m.getTimeLeftMs()));
    }

    private CoordinatorMessage.Checkpoint checkpoint(CoordinatorMsg.Checkpoint m)
            throws WireException {
        fields.within("checkpoint.text", WireLimit.CHECKPOINT_CHARS, m.getText().length());
        Fields.between(
                "checkpoint.proof hashes",
                0,
                m.getProofCount(),
                CoordinatorMessage.Checkpoint.PROOF_MAX);
        List<Digest> proof = new ArrayList<>(m.getProofCount());
        for (ByteString hash : m.getProofList()) {
            proof.add(Fields.digest("checkpoint.proof", hash));
        }
        return new CoordinatorMessage.Checkpoint(
                m.getText(),
                fields.text("checkpoint.key", m.getKey()),
                Fields.between("checkpoint.from", 0, m.getFrom(), Long.MAX_VALUE),
                proof);
    }

    private static CoordinatorMessage.Entries entries(CoordinatorMsg.Entries m)
            throws WireException {
        Fields.between("entries.items", 0, m.getItemsCount(), NodeMessage.AskEntries.ASKED_MAX);
        return new CoordinatorMessage.Entries(
                Fields.between("entries.size", 0, m.getSize(), Long.MAX_VALUE), m.getItemsList());
    }

    private static CoordinatorMsg.Earnings earnings(CoordinatorMessage.Earnings earnings) {
        var message =
                CoordinatorMsg.Earnings.newBuilder()
                        .setEscrowMicros(earnings.escrowMicros())
                        .setPayableMicros(earnings.payableMicros());
        earnings.standing().ifPresent(standing -> message.setStanding(StandingFields.of(standing)));
        return message.build();
    }

    private static CoordinatorMessage.Earnings earnings(CoordinatorMsg.Earnings m)
            throws WireException {
        return new CoordinatorMessage.Earnings(
                m.getEscrowMicros(),
                m.getPayableMicros(),
                m.hasStanding()
                        ? Optional.of(StandingFields.read(m.getStanding()))
                        : Optional.empty());
    }

    private CoordinatorMessage.Chunk chunk(CoordinatorMsg.Chunk m) throws WireException {
        fields.within("chunk.bytes", WireLimit.CHUNK_BYTES, m.getBytes().size());
        return new CoordinatorMessage.Chunk(
                Fields.digest("chunk.file", m.getFile()),
                Fields.between("chunk.offset", 0, m.getOffset(), Long.MAX_VALUE),
                Fields.between("chunk.file_bytes", -1, m.getFileBytes(), Long.MAX_VALUE),
                m.getBytes().toByteArray());
    }
}
