package org.idlefleet.edge.adapter.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.OptionalDouble;

class TraceSourceTest {
    @TempDir Path directory;

    private TraceSource source(String content) throws IOException {
        Path file = directory.resolve("trace.txt");
        Files.writeString(file, content);
        return new TraceSource(file, Instant.EPOCH);
    }

    private static OptionalDouble at(TraceSource source, long millis) {
        return source.read(Instant.ofEpochMilli(millis)).stream()
                .filter(reading -> reading.quantity() == Quantity.SPEED)
                .map(Reading::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tellsTheValueWhoseTimeHasCome() throws IOException {
        TraceSource source =
                source(
                        """
                        # a short drive
                        1s   vehicle.speed 0
                        2.5s vehicle.speed 30.5   # off we go
                        9s   vehicle.speed unknown
                        """);
        assertThat(at(source, 999)).isEmpty();
        assertThat(at(source, 1000)).isEqualTo(OptionalDouble.of(0));
        assertThat(at(source, 2500)).isEqualTo(OptionalDouble.of(30.5));
        assertThat(at(source, 9000)).isEmpty();
        assertThat(source.provides()).containsExactly(Quantity.SPEED);
    }

    @Test
    void followsTheFile() throws IOException {
        TraceSource source = source("0s vehicle.speed 0\n");
        assertThat(at(source, 0)).isEqualTo(OptionalDouble.of(0));
        Path file = directory.resolve("trace.txt");
        Files.writeString(file, "0s vehicle.speed 50\n", StandardOpenOption.APPEND);
        assertThat(at(source, 0)).isEqualTo(OptionalDouble.of(50));
        Files.delete(file);
        assertThat(at(source, 0)).as("unknown without its file").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vehicle.speed 0",
                "now vehicle.speed 0",
                "1s vehicle.velocity 0",
                "1s vehicle.speed fast",
                "1s vehicle.speed NaN",
                "1s vehicle.speed 1 2"
            })
    void namesTheLineThatIsWrong(String line) {
        assertThatThrownBy(() -> source("# one\n" + line + "\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trace.txt line 2: ");
    }
}
