package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.adapter.tuf.ModelTrust;
import org.idlefleet.edge.adapter.tuf.Repository;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.edge.adapter.update.UpdateCheck;
import org.idlefleet.protocol.CoordinatorMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * A day of a car that drives, parks and goes through a network to be spared; a signed repository.
 */
final class UpdateLookTest {
    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final Instant FAR = START.plus(Duration.ofMinutes(11));

    @TempDir private Path home;
    private Instant now = START;
    private int looks;

    @BeforeEach
    void signs() throws IOException {
        for (String name : List.of("images", "director")) {
            var repository =
                    new Repository(
                            home.resolve("metadata").resolve(name),
                            home.resolve("keys").resolve(name));
            repository.create(1, START);
            Files.createDirectories(home.resolve("roots"));
            Files.copy(
                    home.resolve("metadata").resolve(name).resolve("1.root.json"),
                    home.resolve("roots").resolve(name + ".root.json"));
            if (name.equals("images")) {
                repository.publish(Release.TARGET, release(), START);
            }
        }
    }

    private static byte[] release() {
        return """
        {"version": "9.0.0", "notes": "https://fleet.example/new", "packages": {"linux-amd64":
         {"file": "edge.deb", "sha256": "%s"}}}\
        """
                .formatted("ab".repeat(32))
                .getBytes(StandardCharsets.UTF_8);
    }

    private UpdateLook look() throws IOException {
        ModelTrust trust =
                ModelTrust.open(
                        home.resolve("metadata").toString(),
                        home.resolve("roots"),
                        home.resolve("state"),
                        () -> now);
        var check =
                new UpdateCheck(
                        home.resolve("software.json"),
                        "0.1.0",
                        () -> {
                            looks++;
                            return trust.file(Release.TARGET, Release.BYTES_MAX);
                        },
                        new Random(7));
        return new UpdateLook(Optional.of(check), Runnable::run);
    }

    private EdgeLoop.Snapshot shown(String gate, boolean mayFetch) {
        var view =
                new EdgeView(
                        "up",
                        "",
                        gate,
                        "",
                        "run",
                        List.of(),
                        0,
                        List.of(),
                        "",
                        new EdgeView.Counts(0, 0, 0, 0, 0),
                        new CoordinatorMessage.Earnings(0, 0, Optional.empty()),
                        new EdgeView.Ledger(0, "", EdgeView.Receipts.NONE));
        return new EdgeLoop.Snapshot(
                now,
                0,
                0,
                view,
                List.of(),
                false,
                OptionalDouble.empty(),
                Optional.empty(),
                mayFetch);
    }

    @Test
    void looksNeverWhileDrivingNorOverANetworkToBeSparedButOnceWhenParked() throws IOException {
        UpdateLook look = look();
        look.see(shown("closed", true));
        now = FAR;
        for (int i = 0; i < 100; i++) {
            look.see(shown("closed", true));
            look.see(shown("closed", false));
            look.see(shown("open", false));
        }
        assertThat(looks).isZero();
        look.see(shown("open", true));
        look.see(shown("open", true));
        assertThat(looks).isEqualTo(1);
        assertThat(look.notice().sentence("0.1.0")).contains("9.0.0");
        assertThat(look.notice().problem()).isEmpty();
    }

    @Test
    void whatIsNotSignedIsNoNews() throws IOException {
        UpdateLook look = look();
        look.see(shown("open", true));
        Path folder = home.resolve("metadata").resolve("images").resolve("software");
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.writeString(file, Files.readString(file).replace("9.0.0", "9.9.9"));
            }
        }
        now = FAR;
        look.see(shown("open", true));
        assertThat(looks).isEqualTo(1);
        assertThat(look.notice().sentence("0.1.0")).isEmpty();
        assertThat(look.notice().problem()).contains("is not the file that is named");
    }
}
