package org.idlefleet.edge;

import org.idlefleet.edge.Signal.Want;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.CoordinatorMessage.ManifestBytes;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models a node knows of and how far each one is: noticed, being fetched, fetched, being
 * loaded, warm, failed. One is fetched at a time, no faster than the owner lets it, and one loaded
 * at a time, in the order in which the coordinator named them.
 */
final class Models {
    /** A piece that did not come within this time is asked for again. */
    static final Duration PIECE_LIMIT = Duration.ofSeconds(30);

    /** First wait after a failure that may mend itself; it doubles up to {@link #RETRY_MAX}. */
    static final Duration RETRY_MIN = Duration.ofSeconds(10);

    static final Duration RETRY_MAX = Duration.ofHours(1);

    /** Fewest bytes asked for at a time, however slow the owner wants it. */
    static final int PIECE_BYTES_MIN = 1 << 14;

    /** Failures of the runtime in a row after which a model is loaded and tested anew. */
    static final int RUNTIME_FAILURES_MAX = 3;

    private enum Stage {
        NOTICED,
        FETCHING,
        FETCHED,
        LOADING,
        WARM,
        FAILED
    }

    private static final class Entry {
        final ModelNotice notice;
        Stage stage = Stage.NOTICED;
        @Nullable Want want;
        boolean asked;
        boolean abandoning;
        Instant due = Instant.MAX;
        int failures;
        int runtimeFailures;
        String reason = "";
        @Nullable ModelManifest content;
        double speed;

        Entry(ModelNotice notice) {
            this.notice = notice;
        }
    }

    private final Map<Digest, Entry> entries = new LinkedHashMap<>();
    private final long bytesPerSecond;
    private Instant nextPiece = Instant.EPOCH;
    private String held = "";

    /**
     * @param bytesPerSecond what fetching may take of the network; 0 means all
     */
    Models(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** From now on asks for nothing of any model; what is here already goes on to be used. */
    void hold(String reason) {
        held = reason;
    }

    /** Takes {@link #hold} back. */
    void letGo() {
        held = "";
    }

    /** Why nothing is asked for, if a model waits for it; else empty. */
    String held() {
        return entries.values().stream().anyMatch(Models::wanting) ? held : "";
    }

    private static boolean wanting(Entry entry) {
        return entry.stage == Stage.FETCHING && entry.want != null;
    }

    void notice(ModelNotice notice) {
        entries.putIfAbsent(notice.manifest(), new Entry(notice));
    }

    /** A new connection: what could not be had from the old one may be had now. */
    void retryAll() {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.FAILED) {
                entry.stage = Stage.NOTICED;
                entry.due = Instant.MAX;
            }
            entry.asked = false;
        }
    }

    /** The manifest's content if the model can run now. */
    @Nullable ModelManifest warm(Digest manifest) {
        Entry entry = entries.get(manifest);
        return entry == null || entry.stage != Stage.WARM ? null : entry.content;
    }

    List<NodeMessage.WarmModel> warm() {
        return entries.values().stream()
                .filter(entry -> entry.stage == Stage.WARM)
                .map(entry -> new NodeMessage.WarmModel(entry.notice.manifest(), entry.speed))
                .toList();
    }

    /** Why the model can't run, for a refusal. */
    String whyNot(Digest manifest) {
        Entry entry = entries.get(manifest);
        if (entry == null) {
            return "model " + manifest + " was never announced to this node";
        }
        return switch (entry.stage) {
            case FAILED -> entry.notice.model() + " failed: " + entry.reason;
            case NOTICED, FETCHING, FETCHED, LOADING, WARM ->
                    entry.notice.model() + " is not ready yet";
        };
    }

    boolean loading() {
        return entries.values().stream().anyMatch(entry -> entry.stage == Stage.LOADING);
    }

    boolean wantsLane() {
        return entries.values().stream().anyMatch(entry -> entry.stage == Stage.FETCHED);
    }

    void wants(Digest manifest, Want want) {
        Entry entry = entries.get(manifest);
        if (entry != null && entry.stage == Stage.FETCHING) {
            entry.want = want;
            entry.asked = false;
        }
    }

    void fetched(Digest manifest) {
        Entry entry = entries.get(manifest);
        if (entry != null && entry.stage == Stage.FETCHING) {
            entry.stage = Stage.FETCHED;
            entry.want = null;
            entry.due = Instant.MAX;
        }
    }

    void ready(Digest manifest, ModelManifest content, double speed) {
        Entry entry = entries.get(manifest);
        if (entry != null && entry.stage == Stage.LOADING) {
            // Of an engine that was stopped in the meantime nothing is left.
            entry.stage = entry.abandoning ? Stage.FETCHED : Stage.WARM;
            entry.abandoning = false;
            entry.content = content;
            entry.speed = speed;
            entry.runtimeFailures = 0;
        }
    }

    /** A model that was abandoned is not to blame; it is loaded again when there is a lane. */
    void failed(Digest manifest, String reason, boolean again, Instant now) {
        Entry entry = entries.get(manifest);
        if (entry == null || entry.stage == Stage.WARM) {
            return;
        }
        if (entry.abandoning && again) {
            entry.abandoning = false;
            entry.stage = Stage.FETCHED;
            return;
        }
        entry.abandoning = false;
        fail(entry, reason, again, now);
    }

    private static void fail(Entry entry, String reason, boolean again, Instant now) {
        entry.stage = Stage.FAILED;
        entry.want = null;
        entry.reason = reason;
        entry.failures++;
        long wait = RETRY_MIN.toMillis() << Math.min(entry.failures - 1, 20);
        entry.due = again ? now.plusMillis(Math.min(wait, RETRY_MAX.toMillis())) : Instant.MAX;
    }

    /** The engine was stopped: what was warm has to be loaded again. */
    void unload() {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.WARM) {
                entry.stage = Stage.FETCHED;
            }
        }
    }

    /** The engine broke down: what was warm is loaded again, later each time it happens anew. */
    void engineEnded(String reason, Instant now) {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.WARM) {
                fail(entry, reason, true, now);
            }
        }
    }

    /**
     * Takes a shard's speed into the model's; a long shard says more than a short one.
     *
     * @param seconds time the shard took
     */
    void measured(Digest manifest, long workUnits, double seconds) {
        Entry entry = entries.get(manifest);
        if (entry == null || entry.stage != Stage.WARM) {
            return;
        }
        entry.failures = 0;
        entry.runtimeFailures = 0;
        if (seconds > 0 && workUnits > 0) {
            double weight = Math.min(0.3, seconds / 10);
            entry.speed += weight * (workUnits / seconds - entry.speed);
        }
    }

    /** The runtime failed; too often in a row, and the model must prove itself again. */
    void runtimeFailed(Digest manifest) {
        Entry entry = entries.get(manifest);
        if (entry != null
                && entry.stage == Stage.WARM
                && ++entry.runtimeFailures >= RUNTIME_FAILURES_MAX) {
            entry.stage = Stage.FETCHED;
        }
    }

    /** Which model a piece belongs to; null if nobody asked for it. */
    @Nullable Digest ownerOf(ManifestBytes piece) {
        Entry entry = entries.get(piece.manifest());
        return entry != null && entry.asked && entry.want instanceof Want.ManifestOf
                ? taken(entry)
                : null;
    }

    /** Which model a piece belongs to; null if nobody asked for it. */
    @Nullable Digest ownerOf(Chunk piece) {
        for (Entry entry : entries.values()) {
            if (entry.asked
                    && entry.want instanceof Want.PieceOf(Digest file, long offset, int _)
                    && file.equals(piece.file())
                    && offset == piece.offset()) {
                return taken(entry);
            }
        }
        return null;
    }

    private static Digest taken(Entry entry) {
        entry.want = null;
        entry.due = Instant.MAX;
        return entry.notice.manifest();
    }

    /** What to ask of store and coordinator now, so that the next model comes nearer. */
    void fetch(boolean welcomed, Instant now, List<Action> actions) {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.FAILED && !now.isBefore(entry.due)) {
                entry.stage = Stage.NOTICED;
                entry.due = Instant.MAX;
            }
        }
        Entry fetching = fetching();
        if (fetching != null) {
            ask(fetching, welcomed, now, actions);
            return;
        }
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.NOTICED) {
                entry.stage = Stage.FETCHING;
                actions.add(new Action.PrepareModel(entry.notice));
                return;
            }
        }
    }

    /** The one that is fetched now: one that is held must not keep back those in the store. */
    private @Nullable Entry fetching() {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.FETCHING && (held.isEmpty() || entry.want == null)) {
                return entry;
            }
        }
        return null;
    }

    private void ask(Entry entry, boolean welcomed, Instant now, List<Action> actions) {
        Want want = entry.want;
        if (want == null
                || !welcomed
                || entry.asked && now.isBefore(entry.due)
                || now.isBefore(nextPiece)) {
            return;
        }
        entry.asked = true;
        entry.due = now.plus(PIECE_LIMIT);
        actions.add(
                new Action.Send(
                        switch (want) {
                            case Want.ManifestOf _ ->
                                    new NodeMessage.FetchManifest(entry.notice.manifest());
                            case Want.PieceOf(Digest file, long offset, int length) ->
                                    new NodeMessage.FetchChunk(file, offset, pace(length, now));
                        }));
    }

    /** How much of a piece to ask for; the next one waits for as long as this may take. */
    private int pace(int length, Instant now) {
        if (bytesPerSecond == 0) {
            return length;
        }
        int piece = (int) Math.min(length, Math.max(PIECE_BYTES_MIN, bytesPerSecond));
        nextPiece = now.plusNanos(Math.ceilDiv(1_000_000_000L * piece, bytesPerSecond));
        return piece;
    }

    /** Starts to load the next fetched model; the caller has a free lane for it. */
    void load(List<Action> actions) {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.FETCHED) {
                entry.stage = Stage.LOADING;
                actions.add(new Action.LoadModel(entry.notice.manifest()));
                return;
            }
        }
    }

    /** Stops what loads now. */
    void abandon(List<Action> actions) {
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.LOADING && !entry.abandoning) {
                entry.abandoning = true;
                actions.add(new Action.AbandonModel(entry.notice.manifest()));
            }
        }
    }

    /** When {@link #fetch} has something to do again, if it is called with {@code welcomed}. */
    Instant nextDeadline(boolean welcomed) {
        Instant next = Instant.MAX;
        for (Entry entry : entries.values()) {
            if (entry.stage == Stage.FAILED && entry.due.isBefore(next)) {
                next = entry.due;
            }
        }
        Entry entry = fetching();
        if (entry != null && entry.want != null && welcomed && held.isEmpty()) {
            Instant due = entry.asked && entry.due.isAfter(nextPiece) ? entry.due : nextPiece;
            next = due.isBefore(next) ? due : next;
        }
        return next;
    }

    /** For people: each model and how far it is. */
    List<EdgeView.ModelView> view() {
        return entries.values().stream()
                .map(entry ->
                        new EdgeView.ModelView(
                                entry.notice.model(),
                                entry.notice.manifest(),
                                entry.stage.name().toLowerCase(java.util.Locale.ROOT),
                                entry.stage == Stage.FAILED
                                        ? entry.reason
                                        : wanting(entry) ? held : "",
                                entry.stage == Stage.WARM ? entry.speed : 0))
                .toList();
    }
}
