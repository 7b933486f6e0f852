package org.idlefleet.figures;

import org.HdrHistogram.Histogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;
import java.util.Map;

/** One text at a time over one connection, in turn with plain ONNX Runtime. */
public final class Latency implements Bench {
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;
    private static final int WORDS = 23;

    /** Till then the coordinator compiles what it runs, on one of the two processors. */
    private static final int WARM = 10_000;

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
        int warm = quick ? 200 : WARM;
        int count = quick ? 100 : 1_500;
        List<String> texts = Corpus.pieces(count + warm, WORDS);
        String model = MODEL.recipe().model().value();
        var alone = new Histogram(3);
        var served = new Histogram(3);
        try (var plain = new Plain(MODEL, 1);
                LocalFleet fleet = Nodes.fleet(MODEL, 1)) {
            URL url = fleet.api().base().resolve("/v1/embeddings").toURL();
            String key = fleet.client("bench", "1000");
            for (int i = 0; i < texts.size(); i++) {
                byte[] body =
                        JsonMapper.shared()
                                .writeValueAsBytes(Map.of("model", model, "input", texts.get(i)));
                long here = plain.micros(texts.get(i));
                long began = System.nanoTime();
                embed(url, key, body);
                long there = (System.nanoTime() - began) / 1000;
                if (i >= warm) {
                    alone.recordValue(here);
                    served.recordValue(there);
                }
            }
        }
        figures.note(
                count
                        + " texts of "
                        + WORDS
                        + " words, each plain and served in turn, after "
                        + warm
                        + " to warm up");
        for (int percent : new int[] {50, 99}) {
            figures.plain(
                    "latency.plain.p" + percent, alone.getValueAtPercentile(percent) / 1e3, "ms");
            figures.plain(
                    "latency.served.p" + percent, served.getValueAtPercentile(percent) / 1e3, "ms");
        }
        figures.atMost("latency.added.p50", added(alone, served, 50), "ms", 1.5);
        figures.atMost("latency.added.p99", added(alone, served, 99), "ms", 5);
    }

    /**
     * One request with the leanest client the JDK has; it keeps its connection. A body that is
     * streamed would cost each request a millisecond of the client's own: before it sends one over
     * a connection that it kept, it waits so long for whether the server has closed it.
     */
    private static void embed(URL url, String key, byte[] body) throws IOException {
        var connection = (HttpURLConnection) url.openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Authorization", "Bearer " + key);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("idlefleet-quorum", "1");
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        try (InputStream in = connection.getInputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static double added(Histogram alone, Histogram served, int percent) {
        return (served.getValueAtPercentile(percent) - alone.getValueAtPercentile(percent)) / 1e3;
    }
}
