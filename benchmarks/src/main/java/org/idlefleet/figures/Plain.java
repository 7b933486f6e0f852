package org.idlefleet.figures;

import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.protocol.ModelManifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Plain ONNX Runtime on this machine: the same model, tokenizer, batches and threads as the nodes
 * have, without a fleet. One caller.
 */
final class Plain implements AutoCloseable {
    private final Path files;
    private final List<LocalEmbedder> lanes = new ArrayList<>();
    private final ExecutorService threads;

    /**
     * @param lanes sessions that compute side by side, one thread each
     */
    Plain(BuiltIn model, int lanes) throws IOException, EngineException {
        files = Files.createTempDirectory("idlefleet-plain");
        model.unpack(files);
        ModelManifest manifest = model.recipe().manifest(files);
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(LocalEmbedder.open(manifest, files, EngineOptions.CPU));
        }
        threads = Executors.newFixedThreadPool(lanes);
    }

    /** Seconds to embed all texts, every lane an equal part. */
    double seconds(List<String> texts) throws InterruptedException {
        long began = System.nanoTime();
        var parts = new ArrayList<Future<?>>();
        int each = (texts.size() + lanes.size() - 1) / lanes.size();
        for (int i = 0; i < lanes.size(); i++) {
            LocalEmbedder lane = lanes.get(i);
            List<String> part =
                    texts.subList(
                            Math.min(texts.size(), i * each),
                            Math.min(texts.size(), (i + 1) * each));
            parts.add(threads.submit(() -> lane.embed(part)));
        }
        for (Future<?> part : parts) {
            try {
                part.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    /** Embeds one text on the caller's thread; microseconds. */
    long micros(String text) {
        long began = System.nanoTime();
        lanes.getFirst().embed(List.of(text));
        return (System.nanoTime() - began) / 1000;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        lanes.forEach(LocalEmbedder::close);
        for (String name : List.of("model.onnx", "tokenizer.json")) {
            Files.deleteIfExists(files.resolve(name));
        }
        Files.deleteIfExists(files);
    }
}
