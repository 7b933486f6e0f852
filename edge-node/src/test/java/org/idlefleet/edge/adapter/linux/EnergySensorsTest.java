package org.idlefleet.edge.adapter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class EnergySensorsTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir private Path sys = Path.of("");
    private EnergySensors sensors = new EnergySensors(sys);

    @BeforeEach
    void look() {
        sensors = new EnergySensors(sys);
    }

    private void put(String file, String text) throws IOException {
        Path path = sys.resolve("class").resolve(file);
        Files.createDirectories(path.resolveSibling("."));
        Files.writeString(path, text + "\n");
    }

    private void zone(String zone, String name, long microjoules) throws IOException {
        put("powercap/" + zone + "/name", name);
        put("powercap/" + zone + "/energy_uj", Long.toString(microjoules));
        put("powercap/" + zone + "/max_energy_range_uj", "262143328850");
    }

    @Test
    void addsPackagesMemoryAndGraphicsCards() throws IOException {
        zone("intel-rapl:0", "package-0", 5_000_000);
        zone("intel-rapl:0:0", "core", 4_000_000);
        zone("intel-rapl:0:1", "dram", 1_000_000);
        put("hwmon/hwmon3/name", "amdgpu");
        put("hwmon/hwmon3/power1_average", "30000000");
        put("hwmon/hwmon4/name", "nvme");
        put("hwmon/hwmon4/power1_average", "90000000");
        assertThat(sensors.joules(0)).isEmpty();
        zone("intel-rapl:0", "package-0", 25_000_000);
        zone("intel-rapl:0:0", "core", 19_000_000);
        zone("intel-rapl:0:1", "dram", 3_000_000);
        assertThat(sensors.joules(2 * SECOND)).hasValue(20 + 2 + 2 * 30);
    }

    @Test
    void aCounterStartsOverAtItsRange() throws IOException {
        zone("intel-rapl:0", "package-0", 262_143_000_000L);
        sensors.joules(0);
        zone("intel-rapl:0", "package-0", 1_671_150);
        assertThat(sensors.joules(SECOND)).hasValue(2);
    }

    @Test
    void theWholePlatformCountsAlone() throws IOException {
        zone("intel-rapl:0", "package-0", 0);
        zone("intel-rapl:1", "psys", 0);
        sensors.joules(0);
        zone("intel-rapl:0", "package-0", 9_000_000);
        zone("intel-rapl:1", "psys", 12_000_000);
        assertThat(sensors.joules(SECOND)).hasValue(12);
    }

    @Test
    void aDischargingBatteryTellsAllThatIsDrawn() throws IOException {
        zone("intel-rapl:0", "package-0", 0);
        put("power_supply/BAT0/type", "Battery");
        put("power_supply/BAT0/status", "Discharging");
        put("power_supply/BAT0/current_now", "2000000");
        put("power_supply/BAT0/voltage_now", "12000000");
        sensors.joules(0);
        assertThat(sensors.joules(2 * SECOND)).hasValue(48);
        put("power_supply/BAT0/status", "Charging");
        zone("intel-rapl:0", "package-0", 7_000_000);
        // What the counter gained on battery was told by the battery already.
        assertThat(sensors.joules(3 * SECOND)).isEmpty();
        zone("intel-rapl:0", "package-0", 8_000_000);
        assertThat(sensors.joules(4 * SECOND)).hasValue(1);
    }

    @Test
    void timeOfRestIsNobodysEnergy() throws IOException {
        assertThat(sensors.joules(0)).isEmpty();
        assertThat(sensors.joules(SECOND)).isEmpty();
        zone("intel-rapl:0", "package-0", 0);
        sensors.joules(2 * SECOND);
        sensors.rest();
        zone("intel-rapl:0", "package-0", 900_000_000);
        assertThat(sensors.joules(100 * SECOND)).isEmpty();
        zone("intel-rapl:0", "package-0", 901_000_000);
        assertThat(sensors.joules(101 * SECOND)).hasValue(1);
    }
}
