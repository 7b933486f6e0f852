package org.idlefleet.edge.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

class OwnerRulesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");

    static OwnerRules rules(Object... said) {
        Map<RuleKey, List<String>> texts = new EnumMap<>(RuleKey.class);
        for (int i = 0; i < said.length; i += 2) {
            Object value = said[i + 1];
            texts.put(
                    (RuleKey) said[i],
                    value instanceof List<?> list
                            ? list.stream().map(String::valueOf).toList()
                            : List.of(value.toString()));
        }
        return OwnerRules.of(texts, BERLIN);
    }

    private static GateState state(OwnerRules rules, Instant now, Map<Quantity, Double> told) {
        Set<Quantity> provided = EnumSet.noneOf(Quantity.class);
        provided.addAll(told.keySet());
        provided.add(Quantity.PAUSED);
        var gate = new Gate(rules.rules(provided));
        for (Instant at : List.of(now.minusSeconds(60), now)) {
            gate.accept(Reading.of(Quantity.PAUSED, false, at, "t"));
            told.forEach((quantity, value) -> gate.accept(Reading.of(quantity, value, at, "t")));
            gate.evaluate(at);
        }
        return gate.evaluate(now);
    }

    private static void opens(OwnerRules rules, Quantity quantity, double good, double bad) {
        assertThat(state(rules, NOON, Map.of(quantity, good)))
                .as(quantity.key() + " " + good)
                .isInstanceOf(GateState.Open.class);
        assertThat(state(rules, NOON, Map.of(quantity, bad)))
                .as(quantity.key() + " " + bad)
                .isInstanceOf(GateState.Closed.class);
    }

    @Test
    void everyKeyIsAsUsualAndEveryUsualValueIsRight() {
        assertThat(OwnerRules.problems(Map.of())).isEmpty();
        var names = new TreeMap<String, RuleKey>();
        for (RuleKey key : RuleKey.values()) {
            assertThat(names.put(key.key(), key)).isNull();
            assertThat(RuleKey.of(key.key())).contains(key);
        }
        assertThat(RuleKey.BATTERY_TEMPERATURE_MAX.path()).isEqualTo("rules.batteryTemperatureMax");
    }

    @Test
    void eachRuleLooksAtItsSignalAndItsWayIsTheRightOne() {
        opens(rules(), Quantity.LOW_VOLTAGE, 12.6, 12.1);
        opens(rules(), Quantity.CABIN_TEMPERATURE, 30, 46);
        opens(rules(), Quantity.METERED, 0, 1);
        opens(rules(), Quantity.HOME, 1, 0);
        opens(rules(), Quantity.ALLOWED, 1, 0);
        opens(rules(), Quantity.SLEEPING, 0, 1);
        opens(rules(RuleKey.LID, "on"), Quantity.LID_CLOSED, 0, 1);
        opens(rules(RuleKey.PRICE, "on"), Quantity.PRICE, 0.2, 0.31);
        opens(rules(RuleKey.PRESSURE, "on"), Quantity.PRESSURE, 5, 60);
        opens(rules(RuleKey.USER_IDLE, "on"), Quantity.USER_IDLE, 301, 10);
        opens(rules(), Quantity.MAINS, 1, 0);
    }

    @Test
    void aStaleWordAboutDrivingClosesAfterHalfASecondAndOthersLater() {
        var gate = new Gate(rules(RuleKey.SETTLE, "0s").rules(EnumSet.of(Quantity.GEAR_PARK)));
        gate.accept(Reading.of(Quantity.PAUSED, false, NOON, "t"));
        gate.accept(Reading.of(Quantity.GEAR_PARK, true, NOON, "t"));
        assertThat(gate.evaluate(NOON)).isInstanceOf(GateState.Open.class);
        assertThat(gate.evaluate(NOON.plusMillis(500))).isInstanceOf(GateState.Open.class);
        assertThat(gate.evaluate(NOON.plusMillis(501)))
                .hasToString("parked: vehicle.gear_park is yes, stale (t, 0.5 s ago), must be yes");
    }

    @Test
    void quietHoursAreForFansThatNobodyHears() {
        OwnerRules silent = rules(RuleKey.QUIET_HOURS, List.of("12:30-14:00"), RuleKey.ZONE, "UTC");
        Instant inside = Instant.parse("2026-01-05T13:00:00Z");
        assertThat(state(silent, NOON, Map.of())).isInstanceOf(GateState.Open.class);
        assertThat(state(silent, inside, Map.of()))
                .hasToString("quiet: inside the quiet hours until Mon 14:00");
        OwnerRules slow =
                rules(
                        RuleKey.QUIET_HOURS,
                        List.of("12:30-14:00"),
                        RuleKey.ZONE,
                        "UTC",
                        RuleKey.QUIET_FAN_MAX,
                        "900",
                        RuleKey.QUIET_FAN_RESUME,
                        "800");
        assertThat(state(slow, inside, Map.of(Quantity.FAN, 700.0)))
                .isInstanceOf(GateState.Open.class);
        assertThat(state(slow, inside, Map.of(Quantity.FAN, 950.0)))
                .isInstanceOf(GateState.Closed.class);
        assertThat(state(slow, inside, Map.of())).isInstanceOf(GateState.Closed.class);
    }

    @Test
    void theTariffsLastSpanCountsAndItsHoursAreLocal() {
        Tariff tariff =
                rules(RuleKey.TARIFF, List.of("00:00-00:00 0.32", "22:00-06:00 0.12")).tariff();
        assertThat(tariff.priceAt(NOON)).hasValue(0.32);
        assertThat(tariff.priceAt(Instant.parse("2026-01-05T20:59:59Z"))).hasValue(0.32);
        assertThat(tariff.priceAt(Instant.parse("2026-01-05T21:00:00Z"))).hasValue(0.12);
        // Clocks go forward on 29 March 2026, so 06:00 in Berlin is 04:00 UTC from then on.
        assertThat(tariff.priceAt(Instant.parse("2026-03-28T04:30:00Z"))).hasValue(0.12);
        assertThat(tariff.priceAt(Instant.parse("2026-03-29T04:30:00Z"))).hasValue(0.32);
        assertThat(rules(RuleKey.TARIFF, List.of("22:00-06:00 0.12")).tariff().priceAt(NOON))
                .isEmpty();
    }

    @Test
    void aRuleEndsTwiceAnHourAtMost() {
        var gate = new Gate(rules().rules(EnumSet.of(Quantity.MAINS)));
        int ended = 0;
        boolean was = false;
        Instant start = NOON;
        for (int second = 0; second < 3 * 3600; second++) {
            Instant now = start.plusSeconds(second);
            gate.accept(Reading.of(Quantity.PAUSED, false, now, "t"));
            gate.accept(Reading.of(Quantity.MAINS, second % 60 < 50, now, "t"));
            boolean is = gate.evaluate(now) instanceof GateState.Open;
            ended += was && !is ? 1 : 0;
            was = is;
            if (second == 3599) {
                assertThat(ended).isEqualTo(2);
            }
        }
        assertThat(ended).isEqualTo(6);
        assertThat(gate.findings(start.plusSeconds(3 * 3600)).getLast().text()).isNotEmpty();
    }

    @Test
    void aBatterysChargeThatNeverChangesIsTakenToFall() {
        OwnerRules rules = rules(RuleKey.SETTLE, "0s", RuleKey.BATTERY_DRAIN, "10");
        var gate = new Gate(rules.rules(EnumSet.of(Quantity.MAINS, Quantity.BATTERY)));
        GateState state = stuck(gate, NOON, 0, Duration.ofMinutes(59));
        assertThat(state).isInstanceOf(GateState.Open.class);
        state = stuck(gate, NOON.plus(Duration.ofMinutes(59)), 0, Duration.ofMinutes(3));
        assertThat(state.toString()).contains("power.battery is 70 %, taken as 60.0 % until");
        gate = new Gate(rules.rules(EnumSet.of(Quantity.MAINS, Quantity.BATTERY)));
        stuck(gate, NOON, 1, Duration.ofHours(9));
        state = stuck(gate, NOON.plus(Duration.ofHours(9)), 0, Duration.ofMinutes(59));
        assertThat(state).as("what mains feed does not drain").isInstanceOf(GateState.Open.class);
    }

    private static GateState stuck(Gate gate, Instant from, double mains, Duration time) {
        GateState state = new GateState.Closed(List.of());
        for (Instant now = from; now.isBefore(from.plus(time)); now = now.plusSeconds(1)) {
            gate.accept(Reading.of(Quantity.PAUSED, false, now, "t"));
            gate.accept(Reading.of(Quantity.MAINS, mains, now, "t"));
            gate.accept(Reading.of(Quantity.BATTERY, 70, now, "t"));
            state = gate.evaluate(now);
        }
        return state;
    }
}
