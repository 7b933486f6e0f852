package org.idlefleet.edge.adapter.tuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.edge.adapter.tuf.TufClient.Target;
import org.idlefleet.protocol.Digest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

class ModelTrustTest {
    private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");
    private static final Digest MODEL = Digest.of(new byte[] {1});
    private static final Digest OTHER = Digest.of(new byte[] {2});

    @TempDir private Path home;
    private Instant now = START;
    private Repository images;
    private Repository director;

    @BeforeEach
    void makesRepositories() throws IOException {
        images = repository("images");
        director = repository("director");
        images.create(3, now);
        director.create(1, now);
        Files.createDirectories(home.resolve("roots"));
        for (String name : new String[] {"images", "director"}) {
            Files.copy(
                    home.resolve("metadata").resolve(name).resolve("1.root.json"),
                    home.resolve("roots").resolve(name + ".root.json"));
        }
    }

    private Repository repository(String name) {
        return new Repository(
                home.resolve("metadata").resolve(name), home.resolve("keys").resolve(name));
    }

    private ModelTrust trust() throws IOException {
        return ModelTrust.open(
                home.resolve("metadata").toString(),
                home.resolve("roots"),
                home.resolve("state"),
                () -> now);
    }

    @Test
    void aModelNeedsTheWordOfBoth() throws IOException {
        assertThat(trust().problem(MODEL, 100).orElseThrow()).contains("image repository does not");
        images.add(target(MODEL), now);
        assertThat(trust().problem(MODEL, 100).orElseThrow()).contains("director does not name");
        director.add(target(MODEL), now);
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        assertThat(trust().problem(MODEL, 101).orElseThrow()).contains("another content");
    }

    @Test
    void extraneousModelsOfATakenDirectorDoNotRun() throws IOException {
        director.add(target(OTHER), now);
        assertThat(trust().problem(OTHER, 100).orElseThrow()).contains("image repository does not");
    }

    @Test
    void worksOnWithoutTheRepositoryUntilItsWordHasEnded() throws IOException {
        images.add(target(MODEL), now);
        director.add(target(MODEL), now);
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        for (String name : new String[] {"images", "director"}) {
            Path timestamp = home.resolve("metadata").resolve(name).resolve("timestamp.json");
            Files.delete(timestamp);
            Files.createDirectory(timestamp);
        }
        now = START.plus(Duration.ofDays(6));
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        now = START.plus(Duration.ofDays(8));
        assertThat(trust().problem(MODEL, 100)).isPresent();
    }

    @Test
    void aTimestampThatHasEndedIsNoWayAroundIt() throws IOException {
        images.add(target(MODEL), now);
        director.add(target(MODEL), now);
        now = START.plus(Duration.ofHours(25));
        assertThat(trust().problem(MODEL, 100).orElseThrow()).contains("timestamp version 2 ended");
        images.add(Map.of(), now);
        director.add(Map.of(), now);
        assertThat(trust().problem(MODEL, 100)).isEmpty();
    }

    @Test
    void tellsAFileOfTheImageRepositoryOnlyWhileThatCanBeTrusted() throws IOException {
        String name = "software/x.json";
        assertThat(trust().file(name, 100)).isEmpty();
        images.publish(name, new byte[] {1, 2, 3}, now);
        assertThat(trust().file(name, 100)).hasValue(new byte[] {1, 2, 3});
        assertThatThrownBy(() -> trust().file(name, 2)).hasMessageContaining("at most 2 bytes");

        Path old = home.resolve("old");
        copy(home.resolve("metadata"), old);
        images.publish(name, new byte[] {4}, now);
        assertThat(trust().file(name, 100)).hasValue(new byte[] {4});
        Path metadata = home.resolve("metadata");
        Path current = home.resolve("current");
        Files.move(metadata, current);
        Files.move(old, metadata);
        assertThatThrownBy(() -> trust().file(name, 100))
                .as("rollback to the older version")
                .hasMessageContaining("went back");
        Files.move(metadata, old);
        assertThatThrownBy(() -> trust().file(name, 100)).isInstanceOf(IOException.class);
        Files.move(current, metadata);

        Path file =
                metadata.resolve("images")
                        .resolve("software")
                        .resolve(Digest.of(new byte[] {4}).hex() + ".x.json");
        Files.write(file, new byte[] {5});
        assertThatThrownBy(() -> trust().file(name, 100))
                .as("tampered")
                .hasMessageContaining("is not the file that is named");
        Files.delete(file);
        assertThatThrownBy(() -> trust().file(name, 100)).hasMessageContaining("or missing");
        now = START.plus(Duration.ofHours(25));
        assertThatThrownBy(() -> trust().file(name, 100))
                .as("frozen")
                .hasMessageContaining("timestamp version 3 ended");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void keysCanBeChanged() throws IOException {
        images.add(target(MODEL), now);
        director.add(target(MODEL), now);
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        for (Role role : Role.values()) {
            images.rotate(role, now);
            assertThat(trust().problem(MODEL, 100)).as(role.key()).isEmpty();
        }
        images.add(target(OTHER), now);
        director.add(target(OTHER), now);
        assertThat(trust().problem(OTHER, 100)).isEmpty();
    }

    @Test
    void aTornFileOfAPowerCutDoesNotCount() throws IOException {
        images.add(target(MODEL), now);
        director.add(target(MODEL), now);
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        Path state = home.resolve("state").resolve("images");
        Files.write(state.resolve("timestamp.json.next"), new byte[] {'{'});
        assertThat(trust().problem(MODEL, 100)).isEmpty();
        assertThat(Durable.bytesOf(state)).isPositive();
    }

    @Test
    void aRootThatDoesNotSignItselfIsNoRoot() throws IOException {
        Path root = home.resolve("roots").resolve("images.root.json");
        Files.writeString(root, Files.readString(root).replace("2027", "2099"));
        assertThatThrownBy(this::trust).hasMessageContaining("images.root.json can't be trusted");
    }

    private static Map<String, Target> target(Digest manifest) {
        return Map.of(ModelTrust.name(manifest), new Target(100, manifest));
    }
}
