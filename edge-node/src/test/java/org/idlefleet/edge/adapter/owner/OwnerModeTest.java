package org.idlefleet.edge.adapter.owner;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

class OwnerModeTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir Path data;

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertThat(OwnerMode.read(data)).isEqualTo(new OwnerMode.Run());
        for (OwnerMode mode :
                List.of(
                        new OwnerMode.Pause(Optional.empty()),
                        new OwnerMode.Pause(Optional.of(NOON)),
                        new OwnerMode.Finish(),
                        new OwnerMode.Run())) {
            OwnerMode.write(data, mode);
            assertThat(OwnerMode.read(data)).isEqualTo(mode);
        }
    }

    @Test
    void pausesWhenItCanNotBeUnderstood() throws IOException {
        Files.writeString(data.resolve(OwnerMode.FILE), "pause until tomorrow");
        assertThat(OwnerMode.read(data)).isEqualTo(new OwnerMode.Pause(Optional.empty()));
    }

    @Test
    void endsAPauseByItself() throws IOException {
        OwnerMode.write(data, new OwnerMode.Pause(Optional.of(NOON)));
        var source = new OwnerSource(data);
        assertThat(source.read(NOON.minusMillis(1)))
                .containsExactly(Reading.of(Quantity.PAUSED, true, NOON.minusMillis(1), "owner"));
        assertThat(source.read(NOON))
                .containsExactly(Reading.of(Quantity.PAUSED, false, NOON, "owner"));
    }
}
