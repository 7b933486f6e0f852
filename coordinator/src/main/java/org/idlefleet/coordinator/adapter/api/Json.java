package org.idlefleet.coordinator.adapter.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How the door reads and writes JSON. */
final class Json {
    private static final int DEPTH_MAX = 64;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(100)
                                    .build())
                    .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY).build();

    private Json() {}

    static JsonParser parser(byte[] body) {
        return MAPPER.createParser(body);
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] write(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** Reads an object that has no other keys than these: our own surface is strict. */
    static ObjectNode read(byte[] body, Set<String> keys) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw malformed(e).raised();
        }
        if (!(node instanceof ObjectNode object)) {
            throw Problem.invalid(null, "the body is a JSON object with " + names(keys)).raised();
        }
        for (Map.Entry<String, JsonNode> property : object.properties()) {
            if (!keys.contains(property.getKey())) {
                throw Problem.invalid(
                                property.getKey(),
                                "the key '"
                                        + property.getKey()
                                        + "' is not known here; known are "
                                        + names(keys))
                        .raised();
            }
        }
        return object;
    }

    /** A text that must be there. */
    static String text(ObjectNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null || !value.isString() || value.stringValue().isEmpty()) {
            throw Problem.invalid(key, "'" + key + "' is missing or no text").raised();
        }
        return value.stringValue();
    }

    static Problem malformed(JacksonException e) {
        String where =
                e.getLocation() == null
                        ? ""
                        : " (line "
                                + e.getLocation().getLineNr()
                                + ", column "
                                + e.getLocation().getColumnNr()
                                + ")";
        return Problem.of(
                400,
                "invalid_request_error",
                "invalid_json",
                null,
                "the body is not the JSON it should be: " + e.getOriginalMessage() + where);
    }

    /** OpenAI's error object: all four keys are always there. */
    static ObjectNode problem(Problem problem) {
        ObjectNode root = object();
        ObjectNode error = root.putObject("error");
        error.put("message", problem.message());
        error.put("type", problem.type());
        put(error, "param", problem.param());
        put(error, "code", problem.code());
        return root;
    }

    private static void put(ObjectNode node, String key, @Nullable String value) {
        if (value == null) {
            node.putNull(key);
        } else {
            node.put(key, value);
        }
    }

    private static String names(Set<String> keys) {
        return String.join(", ", new TreeSet<>(keys));
    }
}
