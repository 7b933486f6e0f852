package org.idlefleet.protocol.adapter;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records as trees and back. A record's components are numbers, texts, booleans, records, lists of
 * these or sorted maps from texts to these; an {@code Object} is what the tree has there.
 */
final class RecordTree {
    private RecordTree() {}

    /** The tree of a record, keys in the order of its components. */
    static ObjectNode of(Record record) {
        ObjectNode tree = Json.object();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            tree.set(component.getName(), node(read(record, component)));
        }
        return tree;
    }

    /**
     * The record that a tree tells. A key that is not there is null, but if the component is a
     * primitive or {@code whole} is set.
     *
     * @param whole whether each key must be there
     * @throws IllegalArgumentException if there is another key, or a value that the record can't
     *     have; names the key
     */
    static <T extends Record> T read(JsonNode tree, Class<T> type, boolean whole) {
        return type.cast(new Reading(whole).record("", tree, type));
    }

    private static @Nullable Object read(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " can't be read", e);
        }
    }

    private static JsonNode node(@Nullable Object value) {
        return switch (value) {
            case Record record -> of(record);
            case Map<?, ?> map -> {
                ObjectNode tree = Json.object();
                map.forEach((key, one) -> tree.set(String.valueOf(key), node(one)));
                yield tree;
            }
            case List<?> list -> {
                ArrayNode tree = Json.array();
                list.forEach(one -> tree.add(node(one)));
                yield tree;
            }
            case String text -> Json.object().stringNode(text);
            case Boolean yes -> Json.object().booleanNode(yes);
            case Integer number -> Json.object().numberNode(number.intValue());
            case Long number -> Json.object().numberNode(number.longValue());
            case Float number -> Json.object().numberNode(number.floatValue());
            case Double number -> Json.object().numberNode(number.doubleValue());
            case null, default ->
                    throw new IllegalArgumentException("a tree has no place for " + value);
        };
    }

    private record Reading(boolean whole) {
        Object record(String path, JsonNode node, Class<?> type) {
            if (!(node instanceof ObjectNode tree)) {
                throw wrong(path, "keys with values", node);
            }
            RecordComponent[] components = type.getRecordComponents();
            var types = new Class<?>[components.length];
            var values = new @Nullable Object[components.length];
            for (int i = 0; i < components.length; i++) {
                RecordComponent component = components[i];
                types[i] = component.getType();
                String name = component.getName();
                JsonNode value = tree.get(name);
                if (value != null && !value.isNull()) {
                    values[i] = value(join(path, name), value, component.getGenericType());
                } else if (whole || types[i].isPrimitive()) {
                    throw new IllegalArgumentException("'" + join(path, name) + "' is missing");
                }
            }
            for (String key : tree.propertyNames()) {
                if (List.of(components).stream().noneMatch(one -> one.getName().equals(key))) {
                    throw new IllegalArgumentException("unknown key '" + join(path, key) + "'");
                }
            }
            return create(path, type, types, values);
        }

        private static Object create(
                String path, Class<?> type, Class<?>[] types, @Nullable Object[] values) {
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                return constructor.newInstance(values);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException problem) {
                    throw new IllegalArgumentException(
                            (path.isEmpty() ? "" : "'" + path + "': ") + problem.getMessage(),
                            problem);
                }
                throw new IllegalStateException(type + " can't be made", e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type + " can't be made", e);
            }
        }

        private Object value(String path, JsonNode node, Type type) {
            return switch (type) {
                case ParameterizedType of -> several(path, node, of);
                case Class<?> plain when plain.isRecord() -> record(path, node, plain);
                case Class<?> plain -> plain(path, node, plain);
                default -> throw new IllegalStateException("a tree has no place for " + type);
            };
        }

        private Object several(String path, JsonNode node, ParameterizedType type) {
            Type element = type.getActualTypeArguments()[type.getActualTypeArguments().length - 1];
            if (type.getRawType() == List.class) {
                if (!(node instanceof ArrayNode array)) {
                    throw wrong(path, "a list", node);
                }
                var list = new ArrayList<Object>();
                array.forEach(one -> list.add(value(path, one, element)));
                return list;
            }
            if (!(node instanceof ObjectNode object)) {
                throw wrong(path, "keys with values", node);
            }
            var map = new TreeMap<String, Object>();
            object.forEachEntry((key, one) -> map.put(key, value(join(path, key), one, element)));
            return map;
        }

        private static Object plain(String path, JsonNode node, Class<?> type) {
            if (type == Object.class) {
                return natural(path, node);
            }
            if (!node.isValueNode() || node.isNull()) {
                throw wrong(path, "one value", node);
            }
            String text = node.asString();
            if (type == String.class) {
                return text;
            }
            if (type == boolean.class) {
                return truth(path, text, node);
            }
            try {
                var number = new BigDecimal(text.strip());
                return switch (type.getName()) {
                    case "int" -> number.intValueExact();
                    case "long", "java.lang.Long" -> number.longValueExact();
                    case "java.lang.Float" -> number.floatValue();
                    case "double" -> number.doubleValue();
                    default -> throw new IllegalStateException("a tree has no place for " + type);
                };
            } catch (ArithmeticException | NumberFormatException e) {
                throw wrong(path, "a number (" + type.getSimpleName() + ")", node);
            }
        }

        private static boolean truth(String path, String text, JsonNode node) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(path, "true or false", node);
            };
        }

        private static Object natural(String path, JsonNode node) {
            return switch (node.getNodeType()) {
                case STRING -> node.stringValue();
                case BOOLEAN -> node.booleanValue();
                case NUMBER -> node.numberValue();
                case ARRAY -> {
                    var list = new ArrayList<Object>();
                    node.forEach(one -> list.add(natural(path, one)));
                    yield list;
                }
                default -> throw wrong(path, "a value or a list", node);
            };
        }

        private static String join(String path, String key) {
            return path.isEmpty() ? key : path + "." + key;
        }

        private static IllegalArgumentException wrong(String path, String expected, JsonNode node) {
            String found = Json.text(node);
            return new IllegalArgumentException(
                    "'%s' must be %s, found %s"
                            .formatted(
                                    path,
                                    expected,
                                    found.length() > 80 ? found.substring(0, 80) : found));
        }
    }
}
