package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/** The part of JSON Schema that our document uses. */
final class Schema {
    private Schema() {}

    static void check(JsonNode document, JsonNode schema, JsonNode value, String where) {
        JsonNode ref = schema.get("$ref");
        if (ref != null) {
            check(document, document.at(ref.asString().substring(1)), value, where);
            return;
        }
        type(schema, value, where);
        same(schema, value, where);
        if (schema.has("oneOf")) {
            assertThat(fits(document, schema.get("oneOf"), value)).as(where).isEqualTo(1);
        }
        if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(document, schema.get("items"), value.get(i), where + "[" + i + "]");
            }
        }
        if (value.isObject() && schema.has("properties")) {
            object(document, schema, value, where);
        }
    }

    private static void object(JsonNode document, JsonNode schema, JsonNode value, String where) {
        if (schema.has("required")) {
            for (JsonNode name : schema.get("required")) {
                assertThat(value.has(name.asString())).as(where + " has " + name).isTrue();
            }
        }
        for (var property : value.properties()) {
            JsonNode known = schema.get("properties").get(property.getKey());
            String at = where + "." + property.getKey();
            if (known != null) {
                check(document, known, property.getValue(), at);
            } else {
                assertThat(schema.has("additionalProperties")).as(at + " is described").isFalse();
            }
        }
    }

    private static void type(JsonNode schema, JsonNode value, String where) {
        JsonNode type = schema.get("type");
        if (type == null) {
            return;
        }
        List<String> allowed = new ArrayList<>();
        if (type.isArray()) {
            type.forEach(each -> allowed.add(each.asString()));
        } else {
            allowed.add(type.asString());
        }
        assertThat(allowed.stream().anyMatch(each -> is(each, value)))
                .as("%s is %s: %s", where, allowed, value)
                .isTrue();
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("no such type: " + type);
        };
    }

    private static void same(JsonNode schema, JsonNode value, String where) {
        if (schema.has("const")) {
            assertThat(value).as(where).isEqualTo(schema.get("const"));
        }
        if (schema.has("enum")) {
            assertThat(schema.get("enum")).as(where).contains(value);
        }
        if (schema.has("pattern")) {
            assertThat(value.asString()).as(where).matches(schema.get("pattern").asString());
        }
    }

    private static int fits(JsonNode document, JsonNode schemas, JsonNode value) {
        int count = 0;
        for (JsonNode schema : schemas) {
            try {
                check(document, schema, value, "");
                count++;
            } catch (AssertionError e) {
                // This one does not fit; another may.
            }
        }
        return count;
    }
}
