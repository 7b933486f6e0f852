package org.idlefleet.edge.adapter.update;

import org.idlefleet.protocol.adapter.Json;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What is known of newer software.
 *
 * @param release the newest, as the repository said last
 * @param looked when it said so
 * @param problem why a later look failed; empty if none did
 */
public record UpdateNotice(Optional<Release> release, Optional<Instant> looked, String problem) {
    /** Nobody has looked yet. */
    public static final UpdateNotice NONE =
            new UpdateNotice(Optional.empty(), Optional.empty(), "");

    /** What to tell an owner whose software is {@code own}; empty if there is nothing newer. */
    public String sentence(String own) {
        return release.filter(newest -> newest.newerThan(own))
                .map(newest ->
                        "version %s is there, this is %s; install it with your package manager (%s)"
                                .formatted(newest.version(), own, newest.notes()))
                .orElse("");
    }

    /** For programs. */
    public ObjectNode json(String own) {
        ObjectNode json = file().put("own", own).put("sentence", sentence(own));
        release.flatMap(Release::here)
                .ifPresent(here ->
                        json.put("package", here.file()).put("sha256", here.digest().hex()));
        return json;
    }

    private ObjectNode file() {
        ObjectNode json = Json.object();
        looked.ifPresent(at -> json.put("looked", at.toString()));
        json.put("problem", problem);
        release.ifPresent(newest -> {
            json.put("version", newest.version()).put("notes", newest.notes());
            ObjectNode packages = json.putObject("packages");
            newest.packages()
                    .forEach((platform, file) ->
                            packages.putObject(platform)
                                    .put("file", file.file())
                                    .put("sha256", file.digest().hex()));
        });
        return json;
    }

    byte[] bytes() {
        return Json.bytes(file());
    }

    /** What was kept in {@code file}; {@link #NONE} if nothing that can be read. */
    public static UpdateNotice read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            JsonNode json = Json.read(bytes);
            return new UpdateNotice(
                    json.has("version") ? Optional.of(Release.read(bytes)) : Optional.empty(),
                    Optional.ofNullable(json.get("looked")).map(at -> Instant.parse(at.asString())),
                    json.path("problem").asString(""));
        } catch (IOException
                | JacksonException
                | IllegalArgumentException
                | DateTimeParseException e) {
            return NONE;
        }
    }
}
