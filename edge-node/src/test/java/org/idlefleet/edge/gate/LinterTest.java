package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.idlefleet.edge.gate.OwnerRulesTest.rules;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

class LinterTest {
    private static final Instant MONDAY = Instant.parse("2026-01-05T00:00:00Z");

    private static final Recording NIGHT =
            Recording.parse(
                    Recording.heading(MONDAY)
                            + """

                            0s     owner.paused no
                            0s     power.mains  no    linux
                            3600s  power.mains  yes   linux
                            10800s power.mains  unknown linux
                            14400s power.mains  yes   linux
                            18000s power.mains  no    linux
                            """,
                    Instant.EPOCH);

    private static Linter.Report check(OwnerRules rules, Quantity... more) {
        Set<Quantity> told = Linter.told(List.of(NIGHT));
        told.addAll(List.of(more));
        return Linter.check(rules, told, List.of(NIGHT), 1_000);
    }

    private static List<String> warnings(OwnerRules rules, Quantity... more) {
        return check(rules, more).warnings().stream()
                .map(one -> one.rule() + " " + one.text())
                .toList();
    }

    @Test
    void saysForHowLongRulesWouldHaveLetTheDeviceCompute() {
        Linter.Report report = check(rules());
        assertThat(report.recorded()).isEqualTo(Duration.ofHours(5));
        // Two stretches of two hours and one, less a dwell of half a minute each.
        assertThat(report.open()).isEqualTo(Duration.ofHours(3).minusSeconds(60));
        assertThat(report.times()).isEqualTo(2);
        assertThat(report.shares())
                .containsExactly(
                        new Linter.Share("owner", Duration.ZERO, Duration.ZERO),
                        new Linter.Share(
                                "power",
                                Duration.ofHours(2).plusSeconds(60),
                                Duration.ofHours(2).plusSeconds(60)));
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void countsHoursAndTheirShareAlone() {
        Linter.Report report =
                check(rules(RuleKey.ZONE, "UTC", RuleKey.HOURS, List.of("02:00-05:00")));
        assertThat(report.open()).isEqualTo(Duration.ofHours(2).minusSeconds(30));
        assertThat(report.shares().getLast())
                .isEqualTo(
                        new Linter.Share(
                                "hours",
                                Duration.ofHours(2),
                                Duration.ofHours(1).minusSeconds(30)));
    }

    @Test
    void followsTheTariffOfTheRulesThatAreTried() {
        Linter.Report report =
                check(
                        rules(
                                RuleKey.ZONE,
                                "UTC",
                                RuleKey.PRICE,
                                "on",
                                RuleKey.PRICE_SETTLE,
                                "0s",
                                RuleKey.TARIFF,
                                List.of("00:00-00:00 0.40", "00:00-02:00 0.10")));
        assertThat(report.open()).isEqualTo(Duration.ofHours(1).minusSeconds(30));
    }

    @Test
    void countsBudgetsAsIfTheDeviceHadBeenAtLoad() {
        assertThat(check(rules(RuleKey.ZONE, "UTC", RuleKey.LOAD_PER_DAY, "1.5")).open())
                .isCloseTo(Duration.ofMinutes(90), Duration.ofMinutes(2));
        // A kilowatt, so that half a kilowatt-hour is half an hour.
        assertThat(check(rules(RuleKey.ZONE, "UTC", RuleKey.ENERGY_PER_DAY, "0.5")).open())
                .isCloseTo(Duration.ofMinutes(30), Duration.ofMinutes(2));
        // Half past two in UTC is midnight there: a new day, a new hour.
        OwnerRules midnight = rules(RuleKey.ZONE, "-02:30", RuleKey.LOAD_PER_DAY, "1");
        assertThat(check(midnight).open()).isGreaterThan(Duration.ofMinutes(100));
    }

    @Test
    void aDayOfTheOwnersHasTheHoursThatTheClockGivesIt() {
        var usage = new DayUsage(ZoneId.of("Europe/Berlin"));
        Instant longDay = Instant.parse("2026-10-24T22:00:00Z");
        assertThat(Duration.between(longDay, usage.midnight(longDay)))
                .isEqualTo(Duration.ofHours(25));
        usage.add(new Taken(Duration.ofHours(1), 5, 7), longDay);
        assertThat(usage.today(longDay.plus(Duration.ofHours(25)).minusMillis(1)))
                .isEqualTo(new Taken(Duration.ofHours(1), 5, 7));
        assertThat(usage.today(longDay.plus(Duration.ofHours(25)))).isEqualTo(Taken.NONE);
        usage.add(new Taken(Duration.ofHours(2), 0, 0), longDay.plus(Duration.ofHours(26)));
        assertThat(usage.today(longDay).atLoad())
                .as("a clock that is set back gives nothing away again")
                .isEqualTo(Duration.ofHours(2));
    }

    @Test
    void warnsOfRulesThatCanNeverHold() {
        assertThat(warnings(rules(RuleKey.HOME, "on")))
                .containsExactly("home can never hold: no source of this device tells place.home");
        assertThat(warnings(rules(RuleKey.PARKED, "on")))
                .containsExactly(
                        "parked can never hold: no source of this device tells vehicle.gear_park");
        assertThat(
                        warnings(
                                rules(
                                        RuleKey.HOURS,
                                        List.of("Mon-Fri 22:00-06:00"),
                                        RuleKey.QUIET_HOURS,
                                        List.of("20:00-08:00"))))
                .first()
                .asString()
                .startsWith("hours the hours, what the quiet hours leave");
        assertThat(
                        warnings(
                                rules(
                                        RuleKey.PRICE,
                                        "on",
                                        RuleKey.TARIFF,
                                        List.of("00:00-00:00 0.45"))))
                .contains(
                        "price can never hold: the cheapest hour of rules.tariff costs 0.45,"
                                + " rules.priceResume is 0.28");
        assertThat(warnings(rules(RuleKey.QUIET_HOURS, List.of("00:00-12:00", "12:00-00:00"))))
                .contains("quiet can never hold: the quiet hours fill the whole week");
        assertThat(warnings(rules(RuleKey.OTHER_LOAD_RESUME, "0"), Quantity.OTHER_LOAD))
                .anyMatch(text -> text.startsWith("other_load can never hold"));
    }

    @Test
    void warnsOfRulesThatNeverCloseTheGate() {
        assertThat(warnings(rules(RuleKey.OTHER_LOAD_MAX, "100"), Quantity.OTHER_LOAD))
                .anyMatch(text -> text.startsWith("other_load never closes"));
        assertThat(warnings(rules(RuleKey.HOURS, List.of("00:00-00:00"))))
                .containsExactly("hours never closes the gate: the hours fill the whole week");
        assertThat(warnings(rules(RuleKey.PRICE, "on", RuleKey.TARIFF, List.of("00:00-00:00 0.1"))))
                .containsExactly("price never closes the gate: no hour of rules.tariff costs more");
        assertThat(warnings(rules(RuleKey.BATTERY_FLOOR, "0"), Quantity.BATTERY))
                .containsExactly("power a battery may be emptied: rules.batteryFloor is 0 %");
    }

    @Test
    void warnsOfWhatNeverHappenedInTheRecording() {
        assertThat(warnings(rules(RuleKey.POWER_SETTLE, "3h")))
                .containsExactly("power did not hold at any moment of the 5 h that were recorded");
        assertThat(
                        warnings(
                                rules(
                                        RuleKey.ZONE,
                                        "UTC",
                                        RuleKey.HOURS,
                                        List.of("00:00-01:00", "05:00-06:00"))))
                .containsExactly("gate every rule held at times, but never all of them together");
    }

    @Test
    void namesTheLineThatIsWrong() {
        assertThatThrownBy(() -> Recording.parse("# began today\n", MONDAY))
                .hasMessageContaining("line 1")
                .hasMessageContaining("2026-01-05T21:00:00Z");
        assertThatThrownBy(() -> Recording.parse("\n5s power.mians yes", MONDAY))
                .hasMessage("line 2: no quantity is called 'power.mians'");
    }

    @Test
    void whatIsWrittenReadsTheSame() {
        var random = new Random(7);
        List<Quantity> quantities = List.of(Quantity.values());
        var lines = new ArrayList<TraceLine>();
        for (int i = 0; i < 500; i++) {
            Quantity quantity = quantities.get(random.nextInt(quantities.size()));
            String value =
                    random.nextBoolean()
                            ? "unknown"
                            : quantity.unit() == Quantity.Unit.YES_NO
                                    ? "yes"
                                    : String.valueOf(random.nextInt(-99_999, 99_999) / 1000.0);
            lines.addAll(
                    TraceLine.parse(
                            i
                                    + ".25s "
                                    + quantity.key()
                                    + " "
                                    + value
                                    + (random.nextBoolean() ? "" : " linux")));
        }
        String text = String.join("\n", lines.stream().map(TraceLine::text).toList());
        assertThat(TraceLine.parse(text)).isEqualTo(lines);
    }
}
