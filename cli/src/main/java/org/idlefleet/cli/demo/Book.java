package org.idlefleet.cli.demo;

import org.idlefleet.cli.fleet.EmbeddingClient;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The book on its way through the public API: requests of so many sentences, some at a time, each
 * asked again if the connection broke.
 */
final class Book implements AutoCloseable {
    private static final int PER_REQUEST = 160;
    private static final int AT_A_TIME = 5;
    private static final int TRIES = 40;
    private static final long PAUSE_MILLIS = 500;

    private final EmbeddingClient client;
    private final List<String> sentences;
    private final ExecutorService senders = Executors.newFixedThreadPool(AT_A_TIME);
    private final List<Future<Chapter>> chapters = new ArrayList<>();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger repeats = new AtomicInteger();

    Book(EmbeddingClient client, List<String> sentences) {
        this.client = client;
        this.sentences = sentences;
    }

    /** The sentences of one request, from {@code from} on, and what came back. */
    record Chapter(int from, List<String> sentences, EmbeddingClient.Answer answer) {}

    /** Begins to send. */
    void begin() {
        for (int from = 0; from < sentences.size(); from += PER_REQUEST) {
            int start = from;
            List<String> part =
                    sentences.subList(from, Math.min(sentences.size(), from + PER_REQUEST));
            chapters.add(senders.submit(() -> ask(start, part)));
        }
    }

    int done() {
        return done.get();
    }

    /** How often a request had to be asked again. */
    int repeats() {
        return repeats.get();
    }

    boolean finished() {
        return chapters.stream().allMatch(Future::isDone);
    }

    /** All chapters in order; fails if one did. */
    List<Chapter> chapters() throws InterruptedException {
        var all = new ArrayList<Chapter>();
        for (Future<Chapter> chapter : chapters) {
            try {
                all.add(chapter.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("a request failed for good", e.getCause());
            }
        }
        return all;
    }

    private Chapter ask(int from, List<String> part) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                EmbeddingClient.Answer answer = client.embed(part);
                done.addAndGet(part.size());
                return new Chapter(from, part, answer);
            } catch (IOException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                repeats.incrementAndGet();
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        senders.shutdownNow();
        client.close();
    }
}
