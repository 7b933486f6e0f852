package org.idlefleet.edge.adapter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

class LinuxSourceTest {
    private static final OptionalDouble YES = OptionalDouble.of(1);
    private static final OptionalDouble NO = OptionalDouble.of(0);

    @TempDir Path root;

    private Optional<Long> worker = Optional.empty();

    private void write(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, text + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void supply(String name, Map<String, String> files) {
        files.forEach((file, text) -> write("sys/class/power_supply/" + name + "/" + file, text));
    }

    private LinuxSource source() {
        return new LinuxSource(
                new LinuxSource.Roots(
                        root.resolve("sys"), root.resolve("proc"), root.resolve("dev")),
                1,
                () -> worker);
    }

    private static OptionalDouble value(LinuxSource source, Quantity quantity) {
        return source.read(Instant.EPOCH).stream()
                .filter(reading -> reading.quantity() == quantity)
                .map(Reading::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no reading of " + quantity));
    }

    @Test
    void takesADeviceWithoutBatteryForOneOnMains() {
        LinuxSource source = source();
        assertThat(value(source, Quantity.MAINS)).isEqualTo(YES);
        assertThat(value(source, Quantity.DISCHARGING)).isEqualTo(NO);
        assertThat(source.provides()).doesNotContain(Quantity.BATTERY, Quantity.TEMPERATURE);
    }

    @Test
    void leavesOutTheBatteryOfAMouse() {
        supply(
                "hidpp_battery_0",
                Map.of(
                        "type",
                        "Battery",
                        "scope",
                        "Device",
                        "status",
                        "Discharging",
                        "capacity",
                        "5"));
        assertThat(value(source(), Quantity.MAINS)).isEqualTo(YES);
    }

    @Test
    void readsALaptopOnItsBattery() {
        supply("AC", Map.of("type", "Mains", "online", "0"));
        supply(
                "BAT0",
                Map.of(
                        "type",
                        "Battery",
                        "present",
                        "1",
                        "status",
                        "Discharging",
                        "capacity",
                        "81",
                        "temp",
                        "312"));
        supply("BAT1", Map.of("type", "Battery", "present", "0", "status", "Unknown"));
        LinuxSource source = source();
        assertThat(value(source, Quantity.MAINS)).isEqualTo(NO);
        assertThat(value(source, Quantity.BATTERY)).isEqualTo(OptionalDouble.of(81));
        assertThat(value(source, Quantity.DISCHARGING)).isEqualTo(YES);
        assertThat(value(source, Quantity.BATTERY_TEMPERATURE)).isEqualTo(OptionalDouble.of(31.2));
        supply("AC", Map.of("online", "1"));
        supply("BAT0", Map.of("status", "Charging"));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(YES);
        assertThat(value(source, Quantity.DISCHARGING)).isEqualTo(NO);
    }

    @Test
    void ofTwoBatteriesTheEmptierOneAndTheOneThatIsDrainedCount() {
        battery("BAT0", "Charging", 30);
        battery("BAT1", "Discharging", 80);
        assertThat(value(source(), Quantity.BATTERY)).isEqualTo(OptionalDouble.of(30));
        assertThat(value(source(), Quantity.DISCHARGING)).isEqualTo(YES);
        battery("BAT0", "Discharging", 80);
        battery("BAT1", "Full", 30);
        assertThat(value(source(), Quantity.BATTERY)).isEqualTo(OptionalDouble.of(30));
        assertThat(value(source(), Quantity.DISCHARGING)).isEqualTo(YES);
    }

    private void battery(String name, String status, int percent) {
        supply(
                name,
                Map.of("type", "Battery", "status", status, "capacity", Integer.toString(percent)));
    }

    @Test
    void infersMainsFromABatteryThatChargesWhereNoChargerIsShown() {
        supply("battery", Map.of("type", "Battery", "status", "Charging", "capacity", "40"));
        assertThat(value(source(), Quantity.MAINS)).isEqualTo(YES);
    }

    @Test
    void doesNotGuessWhenTheBatteryDoesNotSay() {
        supply("battery", Map.of("type", "Battery", "status", "Unknown", "capacity", "nonsense"));
        LinuxSource source = source();
        assertThat(value(source, Quantity.MAINS)).isEmpty();
        assertThat(value(source, Quantity.DISCHARGING)).isEmpty();
        assertThat(value(source, Quantity.BATTERY)).isEmpty();
    }

    @Test
    void takesTheHottestSensorThatWorks() {
        write("sys/class/thermal/thermal_zone0/temp", "48000");
        write("sys/class/thermal/thermal_zone1/temp", "-273000");
        write("sys/class/thermal/cooling_device0/temp", "99000");
        write("sys/class/hwmon/hwmon0/temp1_input", "61500");
        write("sys/class/hwmon/hwmon0/temp1_crit", "100000");
        write("sys/class/hwmon/hwmon1/temp1_input", "255000");
        assertThat(value(source(), Quantity.TEMPERATURE)).isEqualTo(OptionalDouble.of(61.5));
    }

    @Test
    void countsTheLoadOfOthersWithoutItsOwn() {
        write("proc/stat", "cpu  1000 0 0 9000 0 0 0 0 0 0\ncpu0 1 1 1 1");
        write("proc/self/stat", "7 (java (x) y) S 1 1 1 0 -1 0 0 0 0 0 100 0 0 0 20 0 9 0");
        LinuxSource source = source();
        assertThat(value(source, Quantity.OTHER_LOAD)).as("nothing to compare with").isEmpty();
        write("proc/stat", "cpu  1500 0 0 9400 100 0 0 0 0 0");
        write("proc/self/stat", "7 (java (x) y) S 1 1 1 0 -1 0 0 0 0 0 250 50 0 0 20 0 9 0");
        worker = Optional.of(8L);
        write("proc/8/stat", "8 (java) S 7 1 1 0 -1 0 0 0 0 0 70 10 0 0 20 0 9 0");
        // 1000 ticks passed, 500 of them busy, 200 of those the daemon's and 80 its worker's.
        assertThat(value(source, Quantity.OTHER_LOAD)).isEqualTo(OptionalDouble.of(22));

        // The worker is gone; what it used is now told with its parent.
        worker = Optional.empty();
        write("proc/stat", "cpu  1600 0 0 10300 100 0 0 0 0 0");
        write("proc/self/stat", "7 (java (x) y) S 1 1 1 0 -1 0 0 0 0 0 250 50 100 20 20 0 9 0");
        assertThat(value(source, Quantity.OTHER_LOAD)).isEqualTo(OptionalDouble.of(6));
    }

    @Test
    void fallsBackToTheLoadAverageLessItsOwnThreads() {
        write("proc/loadavg", "1.00 2.00 3.00 1/234 5678");
        assertThat(value(source(), Quantity.OTHER_LOAD)).isEqualTo(OptionalDouble.of(0));
    }

    @Test
    void readsTheWorstPressure() {
        write("proc/pressure/cpu", "some avg10=12.50 avg60=1.00 avg300=0.00 total=9");
        write(
                "proc/pressure/io",
                "some avg10=40.25 avg60=1.00 avg300=0.00 total=9\n"
                        + "full avg10=99.00 avg60=0 avg300=0 total=0");
        assertThat(value(source(), Quantity.PRESSURE)).isEqualTo(OptionalDouble.of(40.25));
    }

    @Test
    void knowsWhenATerminalWasTouchedLast() throws IOException {
        touch("pts/0", 0);
        touch("tty1", 60);
        assertThat(idleAt(source(), 100)).isEqualTo(OptionalDouble.of(40));
    }

    @Test
    void looksAtTheConsoleThatIsShownEachTimeAndAtTheOthersNowAndThen() throws IOException {
        touch("tty1", 60);
        touch("tty2", 70);
        write("sys/class/tty/tty0/active", "tty2");
        LinuxSource source = source();
        assertThat(idleAt(source, 100)).isEqualTo(OptionalDouble.of(30));
        touch("tty1", 101);
        assertThat(idleAt(source, 102)).isEqualTo(OptionalDouble.of(32));
        touch("tty2", 102);
        assertThat(idleAt(source, 103)).isEqualTo(OptionalDouble.of(1));
        touch("tty1", 720);
        assertThat(idleAt(source, 740)).isEqualTo(OptionalDouble.of(20));
        touch("tty1", 750);
        write("sys/class/tty/tty0/active", "tty3");
        assertThat(idleAt(source, 760)).isEqualTo(OptionalDouble.of(10));
    }

    @Test
    void findsASensorWithinAMinuteWhoseDriverIsLoadedLater() {
        write("sys/class/hwmon/hwmon0/temp1_input", "40000");
        LinuxSource source = source();
        assertThat(heatAt(source, 100)).isEqualTo(OptionalDouble.of(40));
        write("sys/class/hwmon/hwmon1/temp1_input", "50000");
        write("sys/class/thermal/thermal_zone0/temp", "60000");
        assertThat(heatAt(source, 160)).isEqualTo(OptionalDouble.of(60));
        write("sys/class/thermal/thermal_zone0/temp", "30000");
        assertThat(heatAt(source, 161)).isEqualTo(OptionalDouble.of(50));
    }

    private static OptionalDouble heatAt(LinuxSource source, int second) {
        return source.read(Instant.ofEpochSecond(second)).stream()
                .filter(reading -> reading.quantity() == Quantity.TEMPERATURE)
                .map(Reading::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aChargerMayBeAnotherTheNextTime() {
        supply("BAT0", Map.of("type", "Battery", "status", "Unknown", "capacity", "50"));
        supply("ucsi", Map.of("type", "Unknown", "online", "1"));
        LinuxSource source = source();
        assertThat(value(source, Quantity.MAINS)).isEmpty();
        supply("ucsi", Map.of("type", "USB", "online", "1"));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(YES);
    }

    @Test
    void aTouchOfTimesToComeIsNotRemembered() throws IOException {
        touch("pts/0", 9_000);
        LinuxSource source = source();
        assertThat(idleAt(source, 100)).isEqualTo(OptionalDouble.of(0));
        touch("pts/0", 90);
        assertThat(idleAt(source, 200)).isEqualTo(OptionalDouble.of(100));
    }

    private void touch(String terminal, int second) throws IOException {
        write("dev/" + terminal, "");
        Files.setAttribute(
                root.resolve("dev/" + terminal),
                "lastAccessTime",
                FileTime.fromMillis(second * 1000L));
    }

    private static OptionalDouble idleAt(LinuxSource source, int second) {
        return source.read(Instant.ofEpochSecond(second)).stream()
                .filter(reading -> reading.quantity() == Quantity.USER_IDLE)
                .map(Reading::value)
                .findFirst()
                .orElseThrow();
    }

    private void fan(String chip, int number, String rpm) {
        write("sys/class/hwmon/" + chip + "/fan" + number + "_input", rpm);
    }

    @Test
    void takesTheFastestFan() {
        fan("hwmon0", 1, "0");
        fan("hwmon0", 2, "1180");
        fan("hwmon1", 1, "940");
        write("sys/class/hwmon/hwmon0/fan1_min", "9999");
        write("sys/class/hwmon/hwmon0/fan12_target", "9999");
        assertThat(value(source(), Quantity.FAN)).isEqualTo(OptionalDouble.of(1180));
    }

    @Test
    void tellsNothingOfFansWhereThereAreNone() {
        write("sys/class/hwmon/hwmon0/temp1_input", "40000");
        assertThat(source().provides()).doesNotContain(Quantity.FAN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "65535", "-1", "NaN", "1e9", "1200 rpm"})
    void doesNotKnowHowLoudItIsWhileOneFanTellsNonsense(String nonsense) {
        fan("hwmon0", 1, "700");
        fan("hwmon1", 1, "800");
        LinuxSource source = source();
        fan("hwmon1", 1, nonsense);
        assertThat(value(source, Quantity.FAN)).isEmpty();
        fan("hwmon1", 1, "900");
        assertThat(value(source, Quantity.FAN)).isEqualTo(OptionalDouble.of(900));
    }

    @Test
    void doesNotBelieveAFanWithAFault() {
        fan("hwmon0", 1, "700");
        write("sys/class/hwmon/hwmon0/fan1_fault", "1");
        assertThat(value(source(), Quantity.FAN)).isEmpty();
        write("sys/class/hwmon/hwmon0/fan1_fault", "0");
        assertThat(value(source(), Quantity.FAN)).isEqualTo(OptionalDouble.of(700));
    }

    /** Asking a graphics card that sleeps fails with some drivers, and wakes it with others. */
    @Test
    void takesTheFanOfASleepingDeviceForStill() {
        fan("hwmon0", 1, "700");
        fan("hwmon1", 1, "");
        write("sys/class/hwmon/hwmon1/device/power/runtime_status", "suspended");
        assertThat(value(source(), Quantity.FAN)).isEqualTo(OptionalDouble.of(700));
        write("sys/class/hwmon/hwmon1/device/power/runtime_status", "active");
        assertThat(value(source(), Quantity.FAN)).isEmpty();
    }

    /** Its sensor would say 90 degrees; reading it would wake the card. */
    @Test
    void neverAsksTheThermometerOfASleepingGraphicsCard() {
        write("sys/class/hwmon/hwmon0/temp1_input", "41000");
        write("sys/class/hwmon/hwmon1/temp1_input", "90000");
        write("sys/class/hwmon/hwmon1/device/power/runtime_status", "suspended");
        assertThat(value(source(), Quantity.TEMPERATURE)).isEqualTo(OptionalDouble.of(41));
        write("sys/class/hwmon/hwmon1/device/power/runtime_status", "active");
        assertThat(value(source(), Quantity.TEMPERATURE)).isEqualTo(OptionalDouble.of(90));
    }

    @Test
    void findsAFanAgainWhoseDriverWasLoadedAnew() throws IOException {
        fan("hwmon3", 1, "700");
        LinuxSource source = source();
        Files.delete(root.resolve("sys/class/hwmon/hwmon3/fan1_input"));
        assertThat(value(source, Quantity.FAN)).isEmpty();
        fan("hwmon4", 1, "600");
        assertThat(value(source, Quantity.FAN)).isEqualTo(OptionalDouble.of(600));
    }
}
