package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class ConfigLoaderTest {
    record Config(String name, Door door, List<String> hosts) {}

    record Door(int port, boolean open) {
        Door {
            if (port > 65_535) {
                throw new IllegalArgumentException("a port is at most 65535, found " + port);
            }
        }
    }

    private static final Config DEFAULTS = new Config("x", new Door(80, true), List.of("a"));

    @TempDir private Path directory;

    private final ConfigLoader<Config> loader = new ConfigLoader<>(Config.class, DEFAULTS, "TEST_");

    @Test
    void laterSourcesWin() throws IOException {
        Path file = write("name: filed\ndoor:\n  port: 1\n  open: false\n");
        Config config =
                loader.load(
                        Optional.of(file),
                        Map.of("TEST_DOOR__PORT", "2", "OTHER", "9"),
                        List.of("door.port=3", "hosts=b, c"));
        assertThat(config).isEqualTo(new Config("filed", new Door(3, false), List.of("b", "c")));
    }

    @Test
    void defaultsHoldWithoutAnySource() {
        assertThat(loader.load(Optional.empty(), Map.of(), List.of())).isEqualTo(DEFAULTS);
    }

    @Test
    void namesLineAndNearestNameOfAnUnknownKey() throws IOException {
        Path file = write("name: a\ndoor:\n  prot: 1\n");
        assertThatThrownBy(() -> loader.load(Optional.of(file), Map.of(), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("c.yaml:3")
                .hasMessageContaining("door.prot")
                .hasMessageContaining("did you mean 'port'");
    }

    @Test
    void refusesUnknownKeysFromEverySource() {
        assertThatThrownBy(() -> loader.load(Optional.empty(), Map.of(), List.of("dor.port=1")))
                .hasMessageContaining("did you mean 'door'");
        assertThatThrownBy(() -> loader.load(Optional.empty(), Map.of("TEST_NAM", "1"), List.of()))
                .hasMessageContaining("TEST_NAM");
    }

    @Test
    void saysWhichValueCantBeUsed() {
        assertThatThrownBy(() -> loader.load(Optional.empty(), Map.of(), List.of("door.port=many")))
                .hasMessageContaining("door.port");
        assertThatThrownBy(
                        () -> loader.load(Optional.empty(), Map.of(), List.of("door.port=70000")))
                .hasMessageContaining("at most 65535");
    }

    @Test
    void saysWhatIsWrongWithTheFile() throws IOException {
        Path broken = write("name: [a\n");
        assertThatThrownBy(() -> loader.load(Optional.of(broken), Map.of(), List.of()))
                .hasMessageContaining("not YAML");
        Path missing = directory.resolve("none.yaml");
        assertThatThrownBy(() -> loader.load(Optional.of(missing), Map.of(), List.of()))
                .hasMessageContaining("none.yaml");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("c.yaml"), text);
    }
}
