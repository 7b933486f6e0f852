package org.idlefleet.edge.adapter.tuf;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON in the one form that is signed (OLPC canonical JSON): keys in order of their code points, no
 * space, whole numbers only, of all characters only quote and backslash escaped.
 */
final class CanonicalJson {
    private CanonicalJson() {}

    /** The canonical bytes; a number that is not whole is an {@link IllegalArgumentException}. */
    static byte[] of(JsonNode node) {
        var out = new StringBuilder();
        write(node, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            var fields = new TreeMap<String, JsonNode>();
            node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            out.append('{');
            String comma = "";
            for (Map.Entry<String, JsonNode> field : fields.entrySet()) {
                out.append(comma);
                text(field.getKey(), out);
                out.append(':');
                write(field.getValue(), out);
                comma = ",";
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            String comma = "";
            for (JsonNode item : node) {
                out.append(comma);
                write(item, out);
                comma = ",";
            }
            out.append(']');
        } else if (node.isString()) {
            text(node.stringValue(), out);
        } else if (node.isBoolean() || node.isNull() || node.isIntegralNumber()) {
            out.append(node.asString());
        } else {
            throw new IllegalArgumentException("signed JSON has whole numbers only, found " + node);
        }
    }

    private static void text(String text, StringBuilder out) {
        out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
}
