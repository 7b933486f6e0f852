package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.adapter.onnx.EngineOptions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a worker is told before it may compute.
 *
 * @param options how ONNX Runtime shall run
 * @param natives directory for unpacked native libraries
 * @param sandbox how much of a sandbox it must have
 * @param models directory in which models lie, the only one that it may read
 */
record Setup(EngineOptions options, String natives, Sandbox.Mode sandbox, String models) {
    List<byte[]> texts() {
        var texts = new ArrayList<byte[]>();
        texts.add(Frames.utf8(natives));
        texts.add(Frames.utf8(options.provider()));
        texts.add(Frames.utf8(Integer.toString(options.threads())));
        texts.add(Frames.utf8(Boolean.toString(options.optimise())));
        texts.add(Frames.utf8(sandbox.name()));
        texts.add(Frames.utf8(models));
        options.options()
                .forEach((key, value) -> {
                    texts.add(Frames.utf8(key));
                    texts.add(Frames.utf8(value));
                });
        return texts;
    }

    static Setup read(ByteBuffer body) throws IOException {
        int count = Frames.count(body, Integer.BYTES);
        String natives = Frames.text(body);
        String provider = Frames.text(body);
        int threads = Integer.parseInt(Frames.text(body));
        boolean optimise = Boolean.parseBoolean(Frames.text(body));
        Sandbox.Mode sandbox = Sandbox.Mode.valueOf(Frames.text(body));
        String models = Frames.text(body);
        var options = new TreeMap<String, String>();
        for (int i = 6; i + 1 < count; i += 2) {
            options.put(Frames.text(body), Frames.text(body));
        }
        return new Setup(
                new EngineOptions(provider, options, threads, optimise), natives, sandbox, models);
    }
}
