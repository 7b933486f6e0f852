package org.idlefleet.protocol.adapter;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a program's configuration into its record: the record's defaults, then one YAML file, then
 * the environment, then {@code --set section.key=value}; the later wins. A key that the record does
 * not have is an error, wherever it comes from. Keys of a section whose default is an empty object
 * are free.
 *
 * @param <T> the record; its values are numbers, texts, booleans, lists of texts or of such
 *     records, or such records
 */
public final class ConfigLoader<T extends Record> {
    private final Class<T> type;
    private final ObjectNode defaults;
    private final String prefix;

    /**
     * @param prefix what names in the environment start with, such as {@code IDLEFLEET_EDGE_}; the
     *     key {@code api.port} is then {@code IDLEFLEET_EDGE_API__PORT}
     */
    public ConfigLoader(Class<T> type, T defaults, String prefix) {
        this.type = type;
        this.defaults = RecordTree.of(defaults);
        this.prefix = prefix;
    }

    /**
     * The effective configuration.
     *
     * @param file may be empty; if it is not, it must exist
     * @throws ConfigException if anything is not as expected
     */
    public T load(Optional<Path> file, Map<String, String> environment, List<String> sets) {
        ObjectNode tree = defaults.deepCopy();
        file.ifPresent(path -> readFile(path, tree));
        new TreeMap<>(environment)
                .forEach((name, value) -> {
                    if (name.startsWith(prefix)) {
                        String path = name.substring(prefix.length()).replace("__", ".");
                        set(tree, path.replace("_", ""), value, "environment " + name);
                    }
                });
        for (String set : sets) {
            int equals = set.indexOf('=');
            if (equals < 1) {
                throw new ConfigException("--set takes section.key=value, found '" + set + "'");
            }
            set(tree, set.substring(0, equals), set.substring(equals + 1), "--set " + set);
        }
        try {
            return RecordTree.read(tree, type, false);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("the configuration can't be used: " + e.getMessage());
        }
    }

    private void readFile(Path path, ObjectNode tree) {
        try (Reader reader = Files.newBufferedReader(path)) {
            Optional<Node> root =
                    new Compose(LoadSettings.builder().setLabel(path.toString()).build())
                            .composeReader(reader);
            if (root.isPresent()) {
                merge(path, "", root.get(), tree);
            }
        } catch (NoSuchFileException e) {
            throw new ConfigException("the configuration file " + path + " is not there");
        } catch (IOException e) {
            throw new ConfigException(
                    "the configuration file " + path + " can't be read (" + e.getMessage() + ")");
        } catch (YamlEngineException e) {
            throw new ConfigException("the configuration is not YAML: " + e.getMessage());
        }
    }

    private void merge(Path path, String section, Node node, ObjectNode into) {
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigException(
                    at(path, node)
                            + "expected keys with values "
                            + (section.isEmpty() ? "" : "under '" + section + "'"));
        }
        boolean free = into.isEmpty();
        for (NodeTuple entry : mapping.getValue()) {
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            String full = section.isEmpty() ? key : section + "." + key;
            JsonNode known = into.get(key);
            if (known == null && !free) {
                throw new ConfigException(at(path, entry.getKeyNode()) + unknown(full, key, into));
            }
            if (known instanceof ObjectNode child) {
                merge(path, full, entry.getValueNode(), child);
            } else {
                into.set(key, value(path, full, entry.getValueNode()));
            }
        }
    }

    private static JsonNode value(Object source, String key, Node node) {
        return switch (node) {
            case ScalarNode scalar -> Json.object().stringNode(scalar.getValue());
            case SequenceNode sequence -> {
                ArrayNode list = Json.array();
                sequence.getValue().forEach(item -> list.add(value(source, key, item)));
                yield list;
            }
            case MappingNode mapping -> {
                ObjectNode object = Json.object();
                for (NodeTuple entry : mapping.getValue()) {
                    String name =
                            entry.getKeyNode() instanceof ScalarNode scalar
                                    ? scalar.getValue()
                                    : "?";
                    object.set(name, value(source, key + "." + name, entry.getValueNode()));
                }
                yield object;
            }
            default ->
                    throw new ConfigException(
                            at(source, node) + "'" + key + "' has no plain value");
        };
    }

    private void set(ObjectNode tree, String path, String value, String source) {
        ObjectNode at = tree;
        ObjectNode usual = defaults;
        String[] parts = path.split("\\.");
        for (int i = 0; i < parts.length; i++) {
            String name = match(at, parts[i]);
            if (name.isEmpty() && !usual.isEmpty()) {
                throw new ConfigException(source + ": " + unknown(path, parts[i], at));
            }
            name = name.isEmpty() ? parts[i] : name;
            JsonNode known = at.get(name);
            if (i == parts.length - 1) {
                if (known instanceof ObjectNode) {
                    throw new ConfigException(source + ": '" + path + "' is a section, not a key");
                }
                at.set(name, known instanceof ArrayNode ? list(path, value, source) : text(value));
            } else if (known instanceof ObjectNode child) {
                at = child;
                usual = usual.path(name) instanceof ObjectNode section ? section : child;
            } else {
                throw new ConfigException(source + ": '" + name + "' is a key, not a section");
            }
        }
    }

    private static JsonNode text(String value) {
        return Json.object().stringNode(value);
    }

    /** Texts between commas or, in brackets, a list as YAML writes it, of sections too. */
    private static JsonNode list(String key, String value, String source) {
        if (value.strip().startsWith("[")) {
            try {
                return new Compose(LoadSettings.builder().setLabel(source).build())
                        .composeString(value)
                        .map(node -> value(source, key, node))
                        .orElseThrow();
            } catch (YamlEngineException e) {
                throw new ConfigException(
                        source + ": '" + key + "' is no list as YAML writes it: " + e.getMessage());
            }
        }
        ArrayNode list = Json.array();
        for (String part : value.split(",")) {
            if (!part.isBlank()) {
                list.add(part.strip());
            }
        }
        return list;
    }

    private static String match(ObjectNode at, String name) {
        for (String key : at.propertyNames()) {
            if (key.equalsIgnoreCase(name)) {
                return key;
            }
        }
        return "";
    }

    private static String unknown(String full, String key, ObjectNode section) {
        List<String> names = new ArrayList<>(section.propertyNames());
        names.sort((a, b) -> {
            int byDistance = Integer.compare(distance(a, key), distance(b, key));
            return byDistance != 0 ? byDistance : a.compareTo(b);
        });
        String hint = names.isEmpty() ? "" : "; did you mean '" + names.getFirst() + "'?";
        return "unknown key '" + full + "'" + hint;
    }

    /** Edits that turn one word into the other (Levenshtein), case aside. */
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        var row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private static String at(Object source, Node node) {
        return source
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("")
                + ": ";
    }
}
