package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.tuf.ModelTrust;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

class ModelTrustCommandTest {
    @TempDir private Path directory = Path.of("");

    @Test
    void vouchesForAModelThatANodeThenTakes() throws IOException, EngineException {
        Path home = directory.resolve("trust");
        assertThat(type("model", "trust", home.toString()).out()).contains("keep the root keys");
        assertThat(type("model", "trust", home.toString()).err()).contains("repository already");
        BuiltIn.ALL_MINILM.unpack(directory);
        byte[] manifest = ManifestJson.write(BuiltIn.ALL_MINILM.recipe().manifest(directory));
        Files.write(directory.resolve("manifest.json"), manifest);
        Digest digest = Digest.of(manifest);
        ModelTrust trust =
                ModelTrust.open(
                        home.resolve("metadata").toString(),
                        home.resolve("roots"),
                        directory.resolve("state"),
                        InstantSource.system());

        assertThat(trust.problem(digest, manifest.length)).isPresent();
        Typed signed = type("model", "sign", "--trust", home.toString(), directory.toString());
        assertThat(signed.out()).contains("all-minilm-l6-v2: manifest " + digest.hex());
        assertThat(trust.problem(digest, manifest.length)).isEmpty();

        assertThat(type("model", "trust", home.toString(), "--rotate", "images:targets").out())
                .contains("images:targets has a new key");
        assertThat(trust.problem(digest, manifest.length)).isEmpty();
        Path software = directory.resolve("software.json");
        Files.writeString(software, "{\"version\": \"9.0\", \"notes\": \"https://a.example\"}");
        assertThat(
                        type(
                                        "model",
                                        "sign",
                                        "--trust",
                                        home.toString(),
                                        "--software",
                                        software.toString())
                                .out())
                .contains("software: version 9.0");
        assertThat(trust.file(Release.TARGET, Release.BYTES_MAX))
                .hasValue(Files.readAllBytes(software));
        assertThat(trust.problem(digest, manifest.length)).isEmpty();
        Files.writeString(software, "{\"version\": \"new\"}");
        assertThat(
                        type(
                                        "model",
                                        "sign",
                                        "--trust",
                                        home.toString(),
                                        "--software",
                                        software.toString())
                                .err())
                .contains("'version' must be numbers with dots");
        Typed wrong = type("model", "trust", home.toString(), "--rotate", "images:boss");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("found 'images:boss'");
    }

    private static Typed type(String... words) {
        return Typed.idlefleet(words);
    }
}
