package org.idlefleet.edge.adapter.diary;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.diary.Balance;
import org.idlefleet.edge.diary.Costs;
import org.idlefleet.edge.diary.Diary;
import org.idlefleet.edge.diary.Meter;
import org.idlefleet.edge.diary.Observation;
import org.idlefleet.edge.diary.ParkSession;
import org.idlefleet.edge.diary.Usage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Weeks of a node's life with sleeps, set clocks, kills in the middle of a line and restarts: what
 * the diary says afterwards is what happened, less a minute for each kill, and never more.
 */
class DiaryStormTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final double WATTS = 100;

    @TempDir Path directory;

    /** The device, and what really happened on it. */
    private final class Life {
        final Random random;
        final Path file = directory.resolve("diary.txt");
        DiaryFile diary;
        Meter meter;
        // Autumn's change of clocks lies in these weeks.
        Instant wall = Instant.parse("2026-10-14T10:00:00Z");
        long up;
        boolean open;
        boolean busy;
        long busyNanos;
        long parkNanos;
        long sent;
        long shards;
        long escrow = 7;
        long payable;
        long earned;
        int kills;
        int sleeps;
        int sessions;

        Life(long seed) throws IOException {
            random = new Random(seed);
            diary = DiaryFile.open(file);
            meter = new Meter(DiaryStormTest::costs, diary.diary());
        }

        void live(int steps) throws IOException {
            see();
            for (int i = 0; i < steps; i++) {
                int dice = i == steps / 3 ? 5 : i == steps / 2 ? 6 : random.nextInt(1000);
                if (dice < 4) {
                    open = !open;
                    see();
                } else if (dice < 6) {
                    wall = wall.plus(Duration.ofMinutes(2 + random.nextInt(600)));
                    sleeps++;
                } else if (dice < 7) {
                    restart(true);
                } else if (dice < 8) {
                    restart(false);
                } else if (dice < 20) {
                    long paid = random.nextInt(3) == 0 ? payable : 0;
                    payable -= paid;
                    see();
                } else if (dice < 30) {
                    long mature = random.nextLong(escrow + 1);
                    escrow -= mature;
                    payable += mature;
                }
                busy = open && random.nextInt(4) > 0;
                pass(
                        Duration.ofMillis(
                                1 + random.nextInt(random.nextInt(50) == 0 ? 90_000 : 4000)));
                see();
            }
        }

        void pass(Duration time) {
            wall = wall.plus(time);
            up += time.toNanos();
            parkNanos += open ? time.toNanos() : 0;
            if (busy) {
                busyNanos += time.toNanos();
                shards++;
                long more = random.nextInt(1000);
                escrow += more;
                earned += more;
            }
            sent += random.nextInt(10_000);
        }

        void see() throws IOException {
            boolean before = meterOpen();
            diary.append(
                    meter.see(
                            new Observation(
                                    wall,
                                    up,
                                    open ? Optional.empty() : Optional.of("parked: no"),
                                    busyNanos,
                                    OptionalDouble.empty(),
                                    OptionalDouble.of(0.36),
                                    false,
                                    sent,
                                    0,
                                    shards,
                                    Optional.of(new Balance(escrow, payable)))));
            sessions += !before && meterOpen() ? 1 : 0;
        }

        private boolean meterOpen() {
            return diary.diary().open().isPresent();
        }

        /**
         * Anew from what is on disk; after a kill with a line torn in the middle, and a clock set.
         */
        void restart(boolean kill) throws IOException {
            see();
            if (kill) {
                kills++;
                diary.close();
                byte[] torn =
                        "spent session=1 at=2026-10-20T10:00:00Z until=2026"
                                .getBytes(StandardCharsets.UTF_8);
                Files.write(
                        file,
                        Arrays.copyOf(torn, 1 + random.nextInt(torn.length)),
                        StandardOpenOption.APPEND);
            } else {
                diary.append(meter.end(wall, "the node was stopped"));
                diary.close();
            }
            wall = wall.minusSeconds(random.nextInt(7200));
            diary = DiaryFile.open(file);
            assertThat(diary.diary().open()).isEmpty();
            meter = new Meter(DiaryStormTest::costs, diary.diary());
            see();
        }
    }

    private static Costs costs() {
        return new Costs(9, WATTS, 0, 0.075, 0);
    }

    static LongStream seeds() {
        return LongStream.range(0, 6);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void saysWhatHappenedAndNeverMore(long seed) throws IOException {
        var life = new Life(seed);
        life.live(4_000);
        life.open = false;
        life.restart(false);
        Diary diary = life.diary.diary();
        Usage all = diary.between(Instant.MIN, Instant.MAX);
        long lost = life.kills * Meter.FLUSH.plusSeconds(90).toMillis();
        assertThat(life.kills).isPositive();
        assertThat(life.sleeps).isPositive();
        assertThat(life.sessions).isGreaterThan(2);
        within("computing", all.computeMillis(), life.busyNanos / 1_000_000, lost + life.sessions);
        within("parked", all.parkMillis(), life.parkNanos / 1_000_000, lost + life.sessions);
        within("shards", all.shards(), life.shards, lost / 10);
        within("earned", all.earnedMicros(), life.earned, life.kills * 200_000L);
        assertThat(all.energyMillijoules()).isEqualTo(all.computeMillis() * (long) WATTS);
        assertThat(all.estimatedMillijoules()).isEqualTo(all.energyMillijoules());
        // 100 W at 0.36 a kilowatt-hour are ten millionths a second.
        assertThat(all.electricityMicros())
                .isBetween(all.computeMillis() / 100 - 50, all.computeMillis() / 100 + 50);
        daysAddUp(diary, all);
        sessionsAddUp(diary, all);
        Diary again = DiaryFile.read(life.file);
        assertThat(again.entries()).isEqualTo(diary.entries());
        assertThat(Files.size(life.file)).isLessThan(2L * DiaryFile.GROWTH_MAX);
    }

    private static void within(String what, long found, long happened, long lost) {
        assertThat(found).as(what).isBetween(happened - lost, happened);
    }

    private static void daysAddUp(Diary diary, Usage all) {
        Usage days = Usage.NONE;
        for (LocalDate day = LocalDate.of(2026, 10, 1);
                day.isBefore(LocalDate.of(2027, 3, 1));
                day = day.plusDays(1)) {
            Instant noon = day.atTime(12, 0).atZone(BERLIN).toInstant();
            days = days.plus(diary.lastDays(1, BERLIN, noon));
        }
        assertThat(days).isEqualTo(all);
        Instant end = Instant.parse("2026-11-01T10:00:00Z");
        assertThat(diary.lastDays(7, BERLIN, end))
                .isEqualTo(
                        diary.between(
                                Instant.parse("2026-10-25T22:00:00Z").plusSeconds(3600),
                                Instant.parse("2026-11-01T23:00:00Z")));
    }

    private static void sessionsAddUp(Diary diary, Usage all) {
        Usage sum = Usage.NONE;
        for (ParkSession session : diary.sessions(Integer.MAX_VALUE)) {
            assertThat(session.reason()).as("session %d", session.number()).isPresent();
            assertThat(session.end()).isAfterOrEqualTo(session.start());
            sum = sum.plus(session.usage());
        }
        assertThat(sum.computeMillis()).isEqualTo(all.computeMillis());
        assertThat(sum.parkMillis()).isEqualTo(all.parkMillis());
        assertThat(sum.wearMicros()).isEqualTo(all.wearMicros());
    }
}
