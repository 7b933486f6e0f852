package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.ItemKind;
import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the body of one embeddings request in a single pass, without a tree. Keys that OpenAI adds
 * one day are skipped; those below {@code idlefleet} are ours, so a misspelt one is an error.
 */
public final class EmbeddingsReader {
    private final JsonParser json;
    private final int inputsMax;
    private final List<byte[]> items = new ArrayList<>();
    private @Nullable ItemKind kind;
    private @Nullable String model;
    private boolean base64;
    private int dimensions;
    private int quorum;
    private @Nullable Duration deadline;
    private @Nullable String assurance;

    private EmbeddingsReader(JsonParser json, int inputsMax) {
        this.json = json;
        this.inputsMax = inputsMax;
    }

    /**
     * The inputs of a request's body, as nodes get them: for whoever holds a receipt against what
     * was sent. What is wrong with it is an {@link IllegalArgumentException}.
     */
    public static List<byte[]> inputs(byte[] body) {
        try {
            return read(body, Integer.MAX_VALUE).items();
        } catch (Problem.Raised e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Reads a body; what is wrong with it is raised as a problem that names the key. */
    static Wanted read(byte[] body, int inputsMax) {
        try (JsonParser json = Json.parser(body)) {
            return new EmbeddingsReader(json, inputsMax).read();
        } catch (JacksonException e) {
            throw Json.malformed(e).raised();
        }
    }

    private Wanted read() {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw Problem.invalid(null, "the body is a JSON object with 'model' and 'input'")
                    .raised();
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            property(json.currentName(), json.nextToken());
        }
        if (json.nextToken() != null) {
            throw Problem.invalid(null, "something follows the JSON object").raised();
        }
        if (model == null) {
            throw missing("model");
        }
        if (kind == null) {
            throw missing("input");
        }
        return new Wanted(model, kind, items, base64, dimensions, quorum, deadline, assurance);
    }

    private void property(String name, JsonToken value) {
        switch (name) {
            case "model" -> model = string(name, value);
            case "input" -> input(value);
            case "encoding_format" -> base64 = value != JsonToken.VALUE_NULL && isBase64(value);
            case "dimensions" ->
                    dimensions = value == JsonToken.VALUE_NULL ? 0 : positive(name, value);
            case "idlefleet" -> terms(value);
            default -> json.skipChildren();
        }
    }

    private void input(JsonToken value) {
        items.clear();
        switch (value) {
            case VALUE_STRING -> {
                kind = ItemKind.TEXT;
                text();
            }
            case START_ARRAY -> list();
            default -> throw shape("input");
        }
    }

    private void list() {
        switch (json.nextToken()) {
            case VALUE_STRING -> {
                kind = ItemKind.TEXT;
                for (JsonToken at = json.currentToken();
                        at != JsonToken.END_ARRAY;
                        at = json.nextToken()) {
                    expect(at == JsonToken.VALUE_STRING);
                    text();
                }
            }
            case START_ARRAY -> {
                kind = ItemKind.TOKENS;
                for (JsonToken at = json.currentToken();
                        at != JsonToken.END_ARRAY;
                        at = json.nextToken()) {
                    expect(at == JsonToken.START_ARRAY);
                    json.nextToken();
                    tokens();
                }
            }
            case VALUE_NUMBER_INT -> {
                kind = ItemKind.TOKENS;
                tokens();
            }
            case END_ARRAY -> throw Problem.invalid("input", "'input' is empty").raised();
            default -> throw shape("input[0]");
        }
    }

    private void expect(boolean shaped) {
        if (!shaped) {
            throw shape("input[" + items.size() + "]");
        }
    }

    private void text() {
        String text = json.getString();
        String name = kindOfItem();
        if (text.isEmpty()) {
            throw Problem.invalid("input", name + " is an empty text").raised();
        }
        if (brokenSurrogate(text)) {
            throw Problem.invalid("input", name + " is not Unicode: half a surrogate pair")
                    .raised();
        }
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads token ids up to the end of their array; the parser stands on the first. */
    private void tokens() {
        var ids = new int[64];
        int count = 0;
        for (JsonToken at = json.currentToken(); at != JsonToken.END_ARRAY; at = json.nextToken()) {
            if (at != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() != JsonParser.NumberType.INT
                    || json.getIntValue() < 0) {
                throw Problem.invalid(
                                "input",
                                kindOfItem()
                                        + " has a token that is no id from 0 to 2147483647, at "
                                        + count)
                        .raised();
            }
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = json.getIntValue();
        }
        if (count == 0) {
            throw Problem.invalid("input", kindOfItem() + " is an empty list of tokens").raised();
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids, 0, count);
        add(bytes.array());
    }

    private void add(byte[] item) {
        if (items.size() == inputsMax) {
            throw Problem.invalid(
                            "input",
                            "'input' has more items than the limit of "
                                    + inputsMax
                                    + "; split the request")
                    .raised();
        }
        items.add(item);
    }

    private void terms(JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw Problem.invalid(
                            "idlefleet",
                            "'idlefleet' is an object with 'quorum', 'assurance' and"
                                    + " 'deadline_seconds'")
                    .raised();
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken term = json.nextToken();
            switch (name) {
                case "quorum" -> quorum = positive("idlefleet.quorum", term);
                case "assurance" -> assurance = string("idlefleet.assurance", term);
                case "deadline_seconds" -> {
                    if (!term.isNumeric()) {
                        throw Terms.badDeadline(json.getString()).raised();
                    }
                    deadline = Terms.seconds(json.getString());
                }
                default ->
                        throw Problem.invalid(
                                        "idlefleet." + name,
                                        "'idlefleet' has 'quorum', 'assurance' and"
                                                + " 'deadline_seconds', found '"
                                                + name
                                                + "'")
                                .raised();
            }
        }
    }

    private String string(String name, JsonToken value) {
        if (value != JsonToken.VALUE_STRING) {
            throw Problem.invalid(name, "'" + name + "' is a text").raised();
        }
        return json.getString();
    }

    private boolean isBase64(JsonToken value) {
        String format = string("encoding_format", value);
        return switch (format) {
            case "base64" -> true;
            case "float" -> false;
            default ->
                    throw Problem.invalid(
                                    "encoding_format",
                                    "'encoding_format' is 'float' or 'base64', found '"
                                            + format
                                            + "'")
                            .raised();
        };
    }

    private int positive(String name, JsonToken value) {
        boolean ok =
                value == JsonToken.VALUE_NUMBER_INT
                        && json.getNumberType() == JsonParser.NumberType.INT
                        && json.getIntValue() > 0;
        if (!ok) {
            throw Problem.invalid(name, "'" + name + "' is a whole number of at least 1").raised();
        }
        return json.getIntValue();
    }

    private String kindOfItem() {
        return "input[" + items.size() + "]";
    }

    private static boolean brokenSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair =
                        i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static Problem.Raised missing(String name) {
        return Problem.of(
                        400,
                        "invalid_request_error",
                        "missing_required_parameter",
                        name,
                        "'" + name + "' is missing")
                .raised();
    }

    private static Problem.Raised shape(String where) {
        return Problem.invalid(
                        "input",
                        "'input' is a text, a list of texts, a list of token ids or a list of"
                                + " such lists; "
                                + where
                                + " is something else")
                .raised();
    }
}
