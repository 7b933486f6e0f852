package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.stream.StreamMessage;

import org.idlefleet.protocol.EmbeddingOutput;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;

/** A batch job's output as a body that is written while the client reads it. */
final class OutputStreams {
    private static final int ITEMS_AT_ONCE = 64;

    private OutputStreams() {}

    /**
     * @param lines one JSON object a line, or all in one
     * @param worker writes; waits when the client is slow
     */
    static StreamMessage<HttpData> of(
            Vectors vectors, boolean lines, boolean base64, Executor worker) {
        return StreamMessage.fromOutputStream(
                out -> {
                    try (out) {
                        write(vectors, lines, base64, out);
                    } catch (IOException e) {
                        throw new UncheckedIOException("the client stopped reading", e);
                    }
                },
                worker);
    }

    private static void write(Vectors vectors, boolean lines, boolean base64, OutputStream out)
            throws IOException {
        var writer = new EmbeddingsWriter(base64, vectors.dimensions(), ITEMS_AT_ONCE);
        writer.put(lines ? "" : "{\"object\":\"list\",\"data\":[");
        int index = 0;
        for (EmbeddingOutput piece : vectors.pieces()) {
            for (int i = 0; i < piece.items(); i++, index++) {
                boolean last = index == vectors.items() - 1;
                String end = lines ? "}\n" : last ? "}" : "},";
                writer.line(index, piece.tokens(i), vectors.vector(piece, i), end);
                if (index % ITEMS_AT_ONCE == ITEMS_AT_ONCE - 1) {
                    out.write(writer.taken());
                }
            }
        }
        writer.put(lines ? "" : "],\"usage\":{\"total_tokens\":" + vectors.tokens() + "}}");
        out.write(writer.taken());
    }
}
