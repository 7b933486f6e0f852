package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Answers to requests that their clients named, so that a repeat gets the first answer and costs
 * nothing; one that comes while the first is still running waits for it. In memory: a restart
 * forgets them. A request that failed cost nothing and is forgotten at once. Thread-safe.
 */
final class KeptAnswers {
    /** Names that are remembered, no longer than {@link Once#REMEMBERED}; beyond, the oldest go. */
    static final int NAMES_MAX = 10_000;

    /** Bytes of answers; beyond, the oldest answers go, and only their names stay. */
    static final long BYTES_MAX = 64L << 20;

    private final InstantSource clock;
    private final long bytesMax;
    private final Map<Name, Entry> entries = new LinkedHashMap<>();
    private long bytes;

    KeptAnswers(InstantSource clock, long bytesMax) {
        this.clock = clock;
        this.bytesMax = bytesMax;
    }

    private record Name(ClientId client, Digest name) {}

    /** What was answered; without the reply if that took too much memory. */
    private record Kept(Optional<Reply> reply, Map<String, String> headers) {}

    private static final class Entry {
        private final Digest asked;
        private final Instant since;
        private CompletableFuture<Kept> answer = new CompletableFuture<>();
        private long bytes;

        Entry(Digest asked, Instant since) {
            this.asked = asked;
            this.since = since;
        }
    }

    /** The first answer, or what {@code work} answers if this is the first. */
    CompletableFuture<Reply> once(Call call, Once once, Supplier<CompletableFuture<Reply>> work) {
        var name = new Name(call.client().client(), once.name());
        Entry mine = null;
        CompletableFuture<Kept> first;
        synchronized (entries) {
            forgetOld();
            Entry known = entries.get(name);
            if (known == null) {
                mine = new Entry(once.asked(), clock.instant());
                entries.put(name, mine);
                first = mine.answer;
            } else if (known.asked.equals(once.asked())) {
                first = known.answer;
            } else {
                throw Refusals.of(new Refusal.NameTaken(Optional.empty())).raised();
            }
        }
        if (mine != null) {
            return carryOut(call, name, mine, work);
        }
        // If it failed or its client left, which cost nothing, now it is ours.
        return first.handle((kept, _) -> Optional.ofNullable(kept))
                .thenCompose(kept ->
                        kept.isPresent()
                                ? CompletableFuture.completedFuture(again(call, kept.get()))
                                : once(call, once, work));
    }

    private CompletableFuture<Reply> carryOut(
            Call call, Name name, Entry mine, Supplier<CompletableFuture<Reply>> work) {
        CompletableFuture<Reply> reply;
        try {
            reply = work.get();
        } catch (RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return reply.whenComplete((done, fault) -> {
            if (fault == null) {
                keep(name, mine, new Kept(Optional.of(done), Map.copyOf(call.headers())));
            } else {
                synchronized (entries) {
                    entries.remove(name, mine);
                }
                mine.answer.completeExceptionally(fault);
            }
        });
    }

    private void keep(Name name, Entry mine, Kept kept) {
        mine.answer.complete(kept);
        synchronized (entries) {
            if (entries.get(name) != mine) {
                return; // Forgotten while it ran.
            }
            mine.bytes = kept.reply().map(reply -> (long) reply.body().length()).orElse(0L);
            bytes += mine.bytes;
            Iterator<Entry> oldest = entries.values().iterator();
            while (bytes > bytesMax && oldest.hasNext()) {
                strip(oldest.next());
            }
        }
    }

    /** The answer goes, the name stays: a repeat must not be charged again. */
    private void strip(Entry entry) {
        if (entry.bytes > 0) {
            bytes -= entry.bytes;
            entry.bytes = 0;
            entry.answer =
                    CompletableFuture.completedFuture(
                            new Kept(Optional.empty(), entry.answer.join().headers()));
        }
    }

    private void forgetOld() {
        Instant over = clock.instant().minus(Once.REMEMBERED);
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entries.size() < NAMES_MAX && !entry.since.isBefore(over)) {
                return;
            }
            bytes -= entry.bytes;
            entry.bytes = 0;
            oldest.remove();
        }
    }

    private static Reply again(Call call, Kept kept) {
        kept.headers()
                .forEach((header, value) -> {
                    if (header.startsWith("idlefleet-")) {
                        call.header(header, value);
                    }
                });
        call.header(Idempotency.REPLAYED, "true");
        return kept.reply()
                .orElseThrow(() ->
                        Problem.of(
                                        409,
                                        "invalid_request_error",
                                        "answer_gone",
                                        null,
                                        "this request was answered before, by "
                                                + kept.headers().get(JobDesk.JOB_HEADER)
                                                + ", and its answer is no longer kept; it was not"
                                                + " carried out again. Send it with a new"
                                                + " Idempotency-Key to pay for it once more")
                                .raised());
    }
}
