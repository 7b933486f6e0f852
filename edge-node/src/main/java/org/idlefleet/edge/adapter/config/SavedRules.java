package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.protocol.adapter.ConfigException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules that the owner edits while the node runs. They lie in a file of the node's own
 * directory, one {@code rules.key=value} a line, and win over the configuration file and the
 * environment; {@code --set} wins over them. Only what differs from those stands there.
 *
 * @param file the configuration file; empty if there is none
 * @param environment variables that count
 * @param sets settings of the command line
 */
public record SavedRules(Optional<Path> file, Map<String, String> environment, List<String> sets) {
    /** The file's name in the data directory. */
    public static final String NAME = "owner-rules";

    public SavedRules {
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }

    /** Lines that the owner saved; none if he never did. */
    static List<String> saved(Path data) {
        try {
            return Files.readAllLines(data.resolve(NAME)).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new ConfigException(
                    "the owner's rules in "
                            + data.resolve(NAME)
                            + " can't be read ("
                            + e
                            + "); repair or remove the file");
        }
    }

    /** The rules that hold without what the owner saved. */
    public OwnerRules otherwise() {
        return with(List.of());
    }

    /** The rules that hold with what he saved. */
    public OwnerRules current(Path data) {
        return with(saved(data));
    }

    /** The whole configuration, read once more. */
    public EdgeConfig again() {
        return EdgeConfig.load(file, environment, sets);
    }

    private OwnerRules with(List<String> lines) {
        return EdgeConfig.of(EdgeConfig.text(file, environment, lines, sets), this).rules();
    }

    /**
     * Keeps rules; they count from the next start on, too.
     *
     * @param said a text for each key, any number for a list
     * @return the rules that hold now
     * @throws ConfigException if something is wrong with them; nothing is kept then
     */
    public OwnerRules save(Path data, Map<RuleKey, List<String>> said) throws IOException {
        Map<RuleKey, List<String>> usual = otherwise().texts();
        var lines = new ArrayList<String>();
        said.forEach((key, texts) -> {
            if (!texts.equals(usual.get(key))) {
                lines.add(key.path() + "=" + String.join(",", texts));
            }
        });
        OwnerRules rules = with(lines);
        Durable.write(
                data.resolve(NAME),
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        return rules;
    }
}
