package org.idlefleet.cli.fleet;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a running coordinator tells other commands on its machine: a small file in its data
 * directory.
 *
 * @param api where its API answers
 * @param nodes where nodes connect, for people
 */
public record Running(long pid, URI api, String nodes) {
    private static final String FILE = "running.json";
    private static final String KEY_FILE = "admin.key";

    /** What the coordinator of this data directory left; empty if none runs. */
    public static Optional<Running> read(Path data) throws IOException {
        try {
            JsonNode node = JsonMapper.shared().readTree(Files.readAllBytes(data.resolve(FILE)));
            return Optional.of(
                    new Running(
                            node.path("pid").asLong(),
                            URI.create(node.path("api").asString()),
                            node.path("nodes").asString()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw new IOException(data.resolve(FILE) + " is damaged; restart the coordinator", e);
        }
    }

    /** Leaves it for others, in one step. */
    public void write(Path data) throws IOException {
        var json =
                JsonMapper.shared()
                        .createObjectNode()
                        .put("pid", pid)
                        .put("api", api.toString())
                        .put("nodes", nodes);
        Path partial = data.resolve(FILE + ".partial");
        Files.writeString(partial, json.toString());
        Files.move(
                partial,
                data.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes it back. */
    public static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(FILE));
    }

    /** The operator's key of the coordinator with this data directory. */
    public static String adminKey(Path data) throws IOException {
        return Files.readString(data.resolve(KEY_FILE)).strip();
    }
}
