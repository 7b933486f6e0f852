package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.protocol.adapter.ConfigException;

import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The section {@code rules} of the configuration; {@link RuleKey} lists what may stand in it. */
final class RulesConfig {
    private RulesConfig() {}

    static SortedMap<String, Object> defaults() {
        var defaults = new TreeMap<String, Object>();
        for (RuleKey key : RuleKey.values()) {
            defaults.put(key.key(), key.list() ? List.of() : key.usual());
        }
        return defaults;
    }

    static OwnerRules of(SortedMap<String, Object> section) {
        Map<RuleKey, List<String>> said = new EnumMap<>(RuleKey.class);
        section.forEach(
                (name, value) -> RuleKey.of(name).ifPresent(key -> said.put(key, texts(value))));
        List<OwnerRules.Problem> problems = OwnerRules.problems(said);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.getFirst().text());
        }
        return OwnerRules.of(said, ZoneId.systemDefault());
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(value));
    }
}
