package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.EmbeddingOutput;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes vectors as JSON straight into bytes: a response has up to a million floats, and nothing
 * else of the door's work weighs as much. Not thread-safe.
 */
final class EmbeddingsWriter {
    /** Bytes beside the vector: keys, index, token count. */
    private static final int FRAME_BYTES = 96;

    private final boolean base64;
    private final byte[] raw;
    private final FloatBuffer floats;
    private final byte[] encoded;
    private byte[] out;
    private int at;

    EmbeddingsWriter(boolean base64, int dimensions, int items) {
        this.base64 = base64;
        this.raw = new byte[dimensions * Float.BYTES];
        this.floats = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        this.encoded = new byte[base64 ? (raw.length + 2) / 3 * 4 : 0];
        this.out = new byte[Math.toIntExact(256 + (long) items * itemBytes(dimensions))];
    }

    /** OpenAI's answer to an embeddings request. */
    static byte[] openAi(Vectors vectors, boolean base64, String model) {
        var writer = new EmbeddingsWriter(base64, vectors.dimensions(), vectors.items());
        writer.put("{\"object\":\"list\",\"data\":[");
        int index = 0;
        for (EmbeddingOutput piece : vectors.pieces()) {
            for (int i = 0; i < piece.items(); i++, index++) {
                writer.put(
                        index == 0
                                ? "{\"object\":\"embedding\",\"index\":"
                                : ",{\"object\":\"embedding\",\"index\":");
                writer.put(Integer.toString(index));
                writer.put(",\"tokens\":" + piece.tokens(i) + ",\"embedding\":");
                writer.vector(vectors.vector(piece, i));
                writer.put("}");
            }
        }
        String tokens = Long.toString(vectors.tokens());
        writer.put("],\"model\":\"" + model + "\",\"usage\":{\"prompt_tokens\":" + tokens);
        writer.put(",\"total_tokens\":" + tokens + "}}");
        return writer.taken();
    }

    /** One item as a line of our own: index, tokens, embedding. */
    void line(int index, int tokens, float[] vector, String end) {
        put("{\"index\":" + index + ",\"tokens\":" + tokens + ",\"embedding\":");
        vector(vector);
        put(end);
    }

    void put(String text) {
        room(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, out, at, bytes.length);
        at += bytes.length;
    }

    /** What was written since the last time. */
    byte[] taken() {
        byte[] taken = Arrays.copyOf(out, at);
        at = 0;
        return taken;
    }

    private void vector(float[] vector) {
        room(itemBytes(vector.length));
        if (base64) {
            floats.put(0, vector);
            out[at++] = '"';
            int length = Base64.getEncoder().encode(raw, encoded);
            System.arraycopy(encoded, 0, out, at, length);
            at += length;
            out[at++] = '"';
            return;
        }
        out[at++] = '[';
        for (int i = 0; i < vector.length; i++) {
            if (i > 0) {
                out[at++] = ',';
            }
            at = FloatText.write(vector[i], out, at);
        }
        out[at++] = ']';
    }

    private int itemBytes(int dimensions) {
        return FRAME_BYTES + (base64 ? encoded.length : dimensions * (FloatText.BYTES_MAX + 1));
    }

    private void room(int bytes) {
        if (out.length - at < bytes) {
            out = Arrays.copyOf(out, Math.max(at + bytes, out.length + out.length / 2));
        }
    }
}
