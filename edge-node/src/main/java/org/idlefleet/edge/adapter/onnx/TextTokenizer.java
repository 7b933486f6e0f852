package org.idlefleet.edge.adapter.onnx;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;

import org.idlefleet.edge.EngineException;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A Hugging Face {@code tokenizer.json}: text to token ids, with the special tokens that the model
 * was trained with, neither cut nor padded. Thread-safe.
 */
final class TextTokenizer implements AutoCloseable {
    static {
        // The tokenizer's library asks nobody and reports to nobody.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    private final HuggingFaceTokenizer tokenizer;
    private final int vocabulary;
    private final int padding;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, int vocabulary, int padding) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.padding = padding;
    }

    static void loadLibrary() {
        LibUtils.checkStatus();
    }

    static TextTokenizer open(Path file) throws EngineException {
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(file));
            int vocabulary = vocabulary(json);
            if (vocabulary == 0) {
                throw new EngineException(file.getFileName() + " has no vocabulary");
            }
            var options = Map.of("truncation", "false", "padding", "false");
            return new TextTokenizer(
                    HuggingFaceTokenizer.newInstance(file, options),
                    vocabulary,
                    json.path("padding").path("pad_id").asInt(0));
        } catch (IOException | JacksonException e) {
            throw new EngineException(
                    file.getFileName() + " is no tokenizer.json: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new EngineException(
                    file.getFileName()
                            + " was not taken by the tokenizer library: "
                            + e.getMessage(),
                    e);
        }
    }

    /** One more than the largest id. */
    private static int vocabulary(JsonNode json) {
        int size = 0;
        JsonNode words = json.path("model").path("vocab");
        if (words.isArray()) {
            size = words.size();
        } else {
            for (JsonNode id : words.values()) {
                size = Math.max(size, id.asInt() + 1);
            }
        }
        for (JsonNode added : json.path("added_tokens").values()) {
            size = Math.max(size, added.path("id").asInt() + 1);
        }
        return size;
    }

    int[] encode(String text) {
        long[] ids = tokenizer.encode(text, true, false).getIds();
        var tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** Ids run from 0 to one less than this. */
    int vocabulary() {
        return vocabulary;
    }

    /** The id that fills a short item up to the length of its batch. */
    int padding() {
        return padding;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
