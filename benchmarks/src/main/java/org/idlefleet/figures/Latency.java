package org.idlefleet.figures;

import org.HdrHistogram.Histogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.EmbeddingClient;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;

import java.util.List;

/** One text at a time over one connection, in turn with plain ONNX Runtime. */
public final class Latency implements Bench {
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;
    private static final int WORDS = 23;
    private static final int WARM = 200;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return "one text at a time over one connection, against plain ONNX Runtime";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int count = quick ? 100 : 1_500;
        List<String> texts = Corpus.pieces(count + WARM, WORDS);
        String model = MODEL.recipe().model().value();
        var alone = new Histogram(3);
        var served = new Histogram(3);
        try (var plain = new Plain(MODEL, 1);
                LocalFleet fleet = Nodes.fleet(MODEL, 1);
                var client =
                        new EmbeddingClient(
                                fleet.api().base(), fleet.client("bench", "1000"), model, 1)) {
            for (int i = 0; i < texts.size(); i++) {
                long here = plain.micros(texts.get(i));
                long began = System.nanoTime();
                client.embed(List.of(texts.get(i)));
                long there = (System.nanoTime() - began) / 1000;
                if (i >= WARM) {
                    alone.recordValue(here);
                    served.recordValue(there);
                }
            }
        }
        figures.note(count + " texts of " + WORDS + " words, each plain and served in turn");
        for (int percent : new int[] {50, 99}) {
            figures.plain(
                    "latency.plain.p" + percent, alone.getValueAtPercentile(percent) / 1e3, "ms");
            figures.plain(
                    "latency.served.p" + percent, served.getValueAtPercentile(percent) / 1e3, "ms");
        }
        figures.atMost("latency.added.p50", added(alone, served, 50), "ms", 1.5);
        figures.atMost("latency.added.p99", added(alone, served, 99), "ms", 5);
    }

    private static double added(Histogram alone, Histogram served, int percent) {
        return (served.getValueAtPercentile(percent) - alone.getValueAtPercentile(percent)) / 1e3;
    }
}
