package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.StringWriter;

/**
 * JSON as trees, read and written without a mapper, whose 660 classes would stay in the memory of
 * an idle daemon. Thread-safe.
 */
public final class Json {
    private static final JsonFactory STREAMS = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    /** A new object without keys. */
    public static ObjectNode object() {
        return NODES.objectNode();
    }

    /** A new list without elements. */
    public static ArrayNode array() {
        return NODES.arrayNode();
    }

    /**
     * Reads one value, and nothing after it; no bytes at all are a missing node.
     *
     * @throws tools.jackson.core.JacksonException if this is no JSON
     */
    public static JsonNode read(byte[] bytes) {
        try (JsonParser in = STREAMS.createParser(ObjectReadContext.empty(), bytes)) {
            return whole(in);
        }
    }

    /** The same of a text. */
    public static JsonNode read(String text) {
        try (JsonParser in = STREAMS.createParser(ObjectReadContext.empty(), text)) {
            return whole(in);
        }
    }

    /** The shortest form, UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        return text(tree).getBytes(UTF_8);
    }

    /** The shortest form. */
    public static String text(JsonNode tree) {
        return write(tree, ObjectWriteContext.empty());
    }

    /** A key a line, for people. */
    public static String pretty(JsonNode tree) {
        return write(tree, new Lines());
    }

    private static JsonNode whole(JsonParser in) {
        if (in.nextToken() == null) {
            return NODES.missingNode();
        }
        JsonNode value = value(in);
        if (in.nextToken() != null) {
            throw new StreamReadException(in, "one value is expected, found another after it");
        }
        return value;
    }

    /** The parser bounds how deep values lie in each other. */
    private static JsonNode value(JsonParser in) {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String key = in.currentName();
                    in.nextToken();
                    object.set(key, value(in));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(in));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.stringNode(in.getString());
            case VALUE_NUMBER_INT ->
                    switch (in.getNumberType()) {
                        case INT -> NODES.numberNode(in.getIntValue());
                        case LONG -> NODES.numberNode(in.getLongValue());
                        default -> NODES.numberNode(in.getBigIntegerValue());
                    };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(in.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new StreamReadException(in, "a value is expected");
        };
    }

    private static String write(JsonNode tree, ObjectWriteContext context) {
        var text = new StringWriter();
        try (JsonGenerator out = STREAMS.createGenerator(context, text)) {
            put(tree, out);
        }
        return text.toString();
    }

    private static void put(JsonNode node, JsonGenerator out) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                out.writeStartObject();
                node.forEachEntry((key, value) -> {
                    out.writeName(key);
                    put(value, out);
                });
                out.writeEndObject();
            }
            case ARRAY -> {
                out.writeStartArray();
                node.forEach(value -> put(value, out));
                out.writeEndArray();
            }
            case STRING -> out.writeString(node.stringValue());
            case BOOLEAN -> out.writeBoolean(node.booleanValue());
            case NUMBER -> number(node, out);
            case NULL -> out.writeNull();
            case BINARY, MISSING, POJO ->
                    throw new IllegalArgumentException(
                            "JSON has no value for a node of type " + node.getNodeType());
        }
    }

    private static void number(JsonNode node, JsonGenerator out) {
        switch (node.numberType()) {
            case INT -> out.writeNumber(node.intValue());
            case LONG -> out.writeNumber(node.longValue());
            case FLOAT -> out.writeNumber(node.floatValue());
            case DOUBLE -> out.writeNumber(node.doubleValue());
            case BIG_INTEGER -> out.writeNumber(node.bigIntegerValue());
            case BIG_DECIMAL -> out.writeNumber(node.decimalValue());
        }
    }

    private static final class Lines extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }
}
