package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.MediaType;

import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.TileId;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The ledger's proofs. Checkpoints, tiles and consistency proofs say nothing of anybody and are
 * open to all; an export is its holder's.
 */
final class ProofApi {
    /** An export under a cosigned checkpoint may lack what came in that time. */
    private static final Duration COSIGNED_FRESH = Duration.ofMinutes(10);

    private static final int SEEN_MAX = 1_000;
    private static final int CHECKPOINT_CHARS_MAX = 16_384;

    private final Books books;

    ProofApi(Ports ports) {
        books = ports.books();
    }

    /** {@code GET /api/v1/ledger/checkpoint}: the newest, with the key to check it by. */
    CompletableFuture<Reply> checkpoint(Call call) {
        return answer(call, () -> Reply.json(checkpoint(latest())));
    }

    /** {@code GET /ledger/checkpoint}: the newest as tile logs serve it. */
    CompletableFuture<Reply> note(Call call) {
        return answer(
                call,
                () -> Reply.text(MediaType.PLAIN_TEXT_UTF_8, LedgerApi.utf8(latest().toString())));
    }

    /** {@code GET /ledger/tile/{level}/{*tile}}: hashes as tile logs serve them. */
    CompletableFuture<Reply> tile(Call call) {
        String path = "tile/" + call.path("level") + "/" + call.path("tile");
        return answer(
                call,
                () -> {
                    TileId.Cut cut = LedgerApi.named("tile", () -> TileId.parse(path));
                    byte[] hashes = proof().tile(cut.tile());
                    int length = cut.width() * Hash.LENGTH;
                    if (hashes.length < length) {
                        throw Problem.notFound("the log has no " + path + " yet").raised();
                    }
                    return Reply.text(MediaType.OCTET_STREAM, Arrays.copyOf(hashes, length));
                });
    }

    /**
     * {@code GET /api/v1/ledger/consistency?from=&to=}: how the log of one size continues another.
     */
    CompletableFuture<Reply> consistency(Call call) {
        long from = size(call, "from");
        long to = size(call, "to");
        return answer(
                call,
                () -> {
                    if (from > to || to > proof().size()) {
                        throw Problem.invalid(
                                        "to",
                                        "expected from <= to <= "
                                                + proof().size()
                                                + ", found "
                                                + from
                                                + " and "
                                                + to)
                                .raised();
                    }
                    ObjectNode json = LedgerJson.object().put("from", from).put("to", to);
                    ArrayNode hashes = json.putArray("proof");
                    proof().consistencyProof(from, to).forEach(hash -> hashes.add(hash.toString()));
                    return Reply.json(json);
                });
    }

    /** {@code POST /api/v1/ledger/cosignatures}: a witness brings its signature. */
    CompletableFuture<Reply> cosign(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("note"));
        String text = Json.text(body, "note");
        if (text.length() > CHECKPOINT_CHARS_MAX) {
            throw Problem.invalid("note", "a checkpoint is shorter").raised();
        }
        SignedNote note = LedgerApi.named("note", () -> SignedNote.parse(text));
        return answer(
                call,
                () -> {
                    for (NoteKey witness : books.witnesses()) {
                        Optional<SignedNote> cosigned = proof().cosign(note, witness);
                        if (cosigned.isPresent()) {
                            return Reply.json(checkpoint(cosigned.get()));
                        }
                    }
                    throw Problem.invalid(
                                    "note",
                                    "expected one of the last checkpoints with the signature of a"
                                            + " witness that the operator has named")
                            .raised();
                });
    }

    /**
     * {@code GET /api/v1/ledger/exports/{holder}?seen=17,99}: all that the holder can prove, also
     * that the log continues the sizes seen.
     */
    CompletableFuture<Reply> export(Call call) {
        String holder = call.path("holder");
        LedgerApi.mayRead(call, holder + ":");
        List<Long> seen = seen(LedgerApi.text(call, "seen", ""));
        return answer(
                call,
                () -> {
                    try (var reader = books.reader()) {
                        String export = proof().export(best(), holder, seen, reader).text();
                        return Reply.json(
                                LedgerJson.object()
                                        .put("holder", holder)
                                        .put("key", proof().key().toString())
                                        .put("export", export));
                    }
                });
    }

    private ObjectNode checkpoint(SignedNote note) {
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        return LedgerJson.object()
                .put("origin", checkpoint.origin())
                .put("size", checkpoint.size())
                .put("root", checkpoint.root().toString())
                .put("time", checkpoint.time().toString())
                .put("key", proof().key().toString())
                .put("note", note.toString());
    }

    private SignedNote latest() {
        return proof().latest()
                .orElseThrow(() ->
                        Problem.later(
                                        503,
                                        "server_error",
                                        "not_ready",
                                        "the ledger has not been signed yet",
                                        Duration.ofSeconds(1))
                                .raised());
    }

    /** One with witnesses if there is a recent one; else the newest. */
    private SignedNote best() {
        SignedNote latest = latest();
        var oldest = Checkpoint.parse(latest.text()).time().minus(COSIGNED_FRESH);
        return proof().cosigned()
                .filter(note -> Checkpoint.parse(note.text()).time().isAfter(oldest))
                .orElse(latest);
    }

    private ProofLog proof() {
        return books.proof();
    }

    private static long size(Call call, String name) {
        String text = LedgerApi.text(call, name, "");
        if (!text.matches("\\d{1,18}")) {
            throw Problem.invalid(name, "'" + name + "' is a number of entries").raised();
        }
        return Long.parseLong(text);
    }

    private static List<Long> seen(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        if (!text.matches("\\d{1,18}(,\\d{1,18}){0," + (SEEN_MAX - 1) + "}")) {
            throw Problem.invalid("seen", "'seen' is sizes of checkpoints, such as 17,99").raised();
        }
        return Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList();
    }

    private static CompletableFuture<Reply> answer(Call call, Supplier<Reply> reply) {
        return CompletableFuture.supplyAsync(reply, call.worker());
    }
}
