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
import java.util.stream.IntStream;

/**
 * Sentences a second through the API and two nodes, beside plain ONNX Runtime in the same run. Each
 * measurement of the fleet is held against what plain runs right before and right after it took,
 * because the speed of a shared machine changes from one to the next.
 */
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
        int rounds = quick ? 1 : 5;
        String model = MODEL.recipe().model().value();
        try (var plain = new Plain(MODEL, 2);
                LocalFleet fleet = Nodes.fleet(MODEL, 2)) {
            String key = fleet.client("bench", "1000");
            try (var once = new EmbeddingClient(fleet.api().base(), key, model, 1);
                    var twice = new EmbeddingClient(fleet.api().base(), key, model, 2)) {
                // A whole round each first: compiling its code takes a coordinator that has just
                // started more time than running it.
                seconds(once, texts);
                seconds(twice, texts);
                plain.seconds(texts);
                var alone = new ArrayList<Double>(List.of(plain.seconds(texts)));
                var single = new ArrayList<Double>();
                var voted = new ArrayList<Double>();
                for (int round = 0; round < rounds; round++) {
                    single.add(seconds(once, texts));
                    alone.add(plain.seconds(texts));
                    voted.add(seconds(twice, texts));
                    alone.add(plain.seconds(texts));
                }
                figures.note(
                        texts.size()
                                + " sentences of "
                                + WORDS
                                + " words, "
                                + rounds
                                + " rounds, medians; plain: 2 sessions of 1 thread with tokenizer"
                                + " and pooling; fleet: 2 nodes of 1 thread");
                double peer = texts.size() / Median.of(alone);
                figures.plain("throughput.plain", peer, "sentences/s");
                figures.plain(
                        "throughput.quorum1", texts.size() / Median.of(single), "sentences/s");
                figures.plain("throughput.quorum2", texts.size() / Median.of(voted), "sentences/s");
                figures.atLeast(
                        "throughput.quorum1.ratio", ofPlain(alone, 0, single), "of-plain", 0.95);
                figures.atLeast(
                        "throughput.quorum2.ratio", ofPlain(alone, 1, voted), "of-plain", 0.47);
            }
        }
    }

    /**
     * The median speed of the fleet in parts of the plain runs around each measurement.
     *
     * @param plain seconds of the plain runs, of which every second one is followed by a {@code
     *     fleet}
     * @param first the place of the first one that is
     */
    private static double ofPlain(List<Double> plain, int first, List<Double> fleet) {
        return Median.of(
                IntStream.range(0, fleet.size())
                        .mapToObj(i -> {
                            int before = first + 2 * i;
                            return (plain.get(before) + plain.get(before + 1)) / 2 / fleet.get(i);
                        })
                        .toList());
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
