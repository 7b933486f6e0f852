package org.idlefleet.edge.adapter.update;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.Json;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The newest software of the node, as the image repository names it.
 *
 * @param version numbers with dots between them
 * @param notes address of what is new
 * @param packages what to install, by platform such as {@code linux-amd64}
 */
public record Release(String version, String notes, Map<String, Installer> packages) {
    /** What the file is called in metadata. */
    public static final String TARGET = "software/idlefleet-edge.json";

    /** Most bytes that the file may have. */
    public static final int BYTES_MAX = 1 << 16;

    private static final String VERSION = "\\d{1,6}(\\.\\d{1,6}){0,3}";
    private static final Pattern DOT = Pattern.compile("\\.");
    private static final int NOTES_MAX = 500;

    /**
     * A package as it is offered for download.
     *
     * @param file its name
     */
    public record Installer(String file, Digest digest) {}

    public Release {
        if (!version.matches(VERSION)) {
            throw new IllegalArgumentException(
                    "'version' must be numbers with dots such as 1.2.0, found '"
                            + plain(version)
                            + "'");
        }
        // Shown to owners as it stands: nothing that a terminal or a browser could take for more.
        if (!notes.matches("https://[\\x21-\\x7e]+") || notes.length() > NOTES_MAX) {
            throw new IllegalArgumentException(
                    "'notes' must be an https:// address of at most "
                            + NOTES_MAX
                            + " characters, found '"
                            + plain(notes)
                            + "'");
        }
        packages = Collections.unmodifiableMap(new TreeMap<>(packages));
    }

    /** As it can be shown in a message, whatever it is. */
    private static String plain(String text) {
        String shown = text.replaceAll("[^\\x20-\\x7e]", "?");
        return shown.substring(0, Math.min(shown.length(), 80));
    }

    /** Reads the file; what is no release is an {@link IllegalArgumentException} that says why. */
    public static Release read(byte[] bytes) {
        try {
            return of(Json.read(bytes));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Release of(JsonNode json) {
        var packages = new TreeMap<String, Installer>();
        for (Map.Entry<String, JsonNode> entry : json.path("packages").properties()) {
            String file = entry.getValue().path("file").asString("");
            if (!file.matches("[A-Za-z0-9._+-]{1,200}")) {
                throw new IllegalArgumentException(
                        "'packages." + entry.getKey() + ".file' must be a file's name");
            }
            String sha = entry.getValue().path("sha256").asString("");
            packages.put(entry.getKey(), new Installer(file, Digest.ofHex(sha)));
        }
        return new Release(
                json.path("version").asString(""), json.path("notes").asString(""), packages);
    }

    /** Whether it is newer than {@code version}, number by number; missing ones are 0. */
    public boolean newerThan(String other) {
        int[] mine = numbers(version);
        int[] others = numbers(other);
        return Arrays.compare(mine, others) > 0;
    }

    private static int[] numbers(String version) {
        return Arrays.copyOf(DOT.splitAsStream(version).mapToInt(Integer::parseInt).toArray(), 4);
    }

    /** The package for the platform that this runs on. */
    public Optional<Installer> here() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String platform =
                (system.contains("linux") ? "linux" : system)
                        + "-"
                        + System.getProperty("os.arch", "");
        return Optional.ofNullable(packages.get(platform));
    }
}
