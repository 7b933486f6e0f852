package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.EmbeddingClient;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sentences a second through the API and two nodes, beside plain ONNX Runtime in the same run. */
public final class Throughput implements Bench {
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;

    /** About 32 tokens each. */
    private static final int WORDS = 23;

    private static final int PER_REQUEST = 512;
    private static final int AT_A_TIME = 4;

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public String description() {
        return "sentences through the API, two nodes, quorum 1 and 2, against plain ONNX Runtime";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        List<String> texts = Corpus.pieces(quick ? 512 : 4_096, WORDS);
        int rounds = quick ? 1 : 3;
        String model = MODEL.recipe().model().value();
        try (var plain = new Plain(MODEL, 2);
                LocalFleet fleet = Nodes.fleet(MODEL, 2)) {
            String key = fleet.client("bench", "1000");
            try (var once = new EmbeddingClient(fleet.api().base(), key, model, 1);
                    var twice = new EmbeddingClient(fleet.api().base(), key, model, 2)) {
                // A whole round each first: compiling its code takes a coordinator that has just
                // started more time than running it.
                plain.seconds(texts);
                seconds(once, texts);
                seconds(twice, texts);
                var alone = new ArrayList<Double>();
                var single = new ArrayList<Double>();
                var voted = new ArrayList<Double>();
                for (int round = 0; round < rounds; round++) {
                    alone.add(texts.size() / plain.seconds(texts));
                    single.add(texts.size() / seconds(once, texts));
                    voted.add(texts.size() / seconds(twice, texts));
                }
                figures.note(
                        texts.size()
                                + " sentences of "
                                + WORDS
                                + " words, "
                                + rounds
                                + " rounds, medians; plain: 2 sessions of 1 thread with tokenizer"
                                + " and pooling; fleet: 2 nodes of 1 thread");
                double peer = Median.of(alone);
                figures.plain("throughput.plain", peer, "sentences/s");
                figures.plain("throughput.quorum1", Median.of(single), "sentences/s");
                figures.plain("throughput.quorum2", Median.of(voted), "sentences/s");
                figures.atLeast(
                        "throughput.quorum1.ratio", Median.of(single) / peer, "of-plain", 0.95);
                figures.atLeast(
                        "throughput.quorum2.ratio", Median.of(voted) / peer, "of-plain", 0.47);
            }
        }
    }

    private static double seconds(EmbeddingClient client, List<String> texts) throws Exception {
        long began = System.nanoTime();
        try (ExecutorService senders = Executors.newFixedThreadPool(AT_A_TIME)) {
            var answers = new ArrayList<Future<EmbeddingClient.Answer>>();
            for (int from = 0; from < texts.size(); from += PER_REQUEST) {
                List<String> part = texts.subList(from, Math.min(texts.size(), from + PER_REQUEST));
                answers.add(senders.submit(() -> client.embed(part)));
            }
            int vectors = 0;
            for (Future<EmbeddingClient.Answer> answer : answers) {
                vectors += answer.get().vectors().size();
            }
            if (vectors != texts.size()) {
                throw new IllegalStateException(
                        "expected " + texts.size() + " vectors, found " + vectors);
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }
}
