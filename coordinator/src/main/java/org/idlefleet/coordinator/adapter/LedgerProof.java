package org.idlefleet.coordinator.adapter;

import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows the ledger database with the proof log, and signs a checkpoint when it has grown; on a
 * thread of its own, away from every request.
 */
final class LedgerProof {
    /** A checkpoint is signed anew after so long even if nothing happened: it says until when. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final ProofLog proof;
    private final Path ledger;
    private final InstantSource clock;
    private final Duration every;
    private final Consumer<Instant> before;
    private final Consumer<SignedNote> published;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private Instant signedAt = Instant.EPOCH;
    private long signedSize = -1;

    /**
     * @param every how often to look
     * @param before runs before each look, on this thread
     * @param published told every new checkpoint, on this thread
     * @param death told what went wrong if the proof log can't go on
     */
    LedgerProof(
            ProofLog proof,
            Path ledger,
            InstantSource clock,
            Duration every,
            Consumer<Instant> before,
            Consumer<SignedNote> published,
            Consumer<Throwable> death) {
        this.proof = proof;
        this.ledger = ledger;
        this.clock = clock;
        this.every = every;
        this.before = before;
        this.published = published;
        thread = VitalThread.unstarted("ledger-proof", this::run, death);
    }

    void start() {
        thread.start();
    }

    /** Signs what the ledger has by now, and ends. */
    void end() throws InterruptedException {
        closing.countDown();
        thread.join();
    }

    private void run() throws InterruptedException {
        try (var reader = LedgerReader.open(ledger)) {
            boolean last = false;
            while (!last) {
                look(reader);
                last = closing.await(every.toMillis(), TimeUnit.MILLISECONDS);
            }
            look(reader);
        }
    }

    private void look(LedgerReader reader) {
        before.accept(clock.instant());
        proof.catchUp(reader);
        Instant now = clock.instant();
        if (proof.size() > signedSize || !signedAt.plus(FRESH).isAfter(now)) {
            published.accept(proof.publish(now));
            signedSize = proof.size();
            signedAt = now;
        }
    }
}
