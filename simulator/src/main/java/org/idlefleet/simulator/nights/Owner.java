package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.RuleKey;

import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What one owner wants, in plain numbers.
 *
 * @param onBattery may compute on the vehicle's battery
 * @param nightsOnly only from 22:00 until 06:00
 * @param priceMax most that a kilowatt-hour may cost; 0 means any
 * @param quiet nothing from 01:00 until 03:00
 * @param energyPerDay most kilowatt-hours a day; 0 means any
 * @param loadPerDay most hours at load a day; 0 means any
 */
record Owner(
        ZoneId zone,
        boolean onBattery,
        int floor,
        int resume,
        boolean nightsOnly,
        double priceMax,
        boolean quiet,
        double energyPerDay,
        double loadPerDay) {
    /** Watts that the node takes its computing to draw. */
    static final double WATTS = 1_000;

    static Owner drawn(Random draws) {
        int floor = 40 + 5 * draws.nextInt(5);
        return new Owner(
                ZoneId.of(draws.nextInt(3) == 0 ? "Europe/Berlin" : "America/New_York"),
                draws.nextInt(2) == 0,
                floor,
                floor + 5,
                draws.nextInt(4) == 0,
                draws.nextInt(3) == 0 ? 0.28 : 0,
                draws.nextInt(6) == 0,
                draws.nextInt(5) == 0 ? 2 : 0,
                draws.nextInt(5) == 0 ? 3 : 0);
    }

    OwnerRules rules() {
        Map<RuleKey, List<String>> said = new EnumMap<>(RuleKey.class);
        said.put(RuleKey.ON_BATTERY, List.of(String.valueOf(onBattery)));
        said.put(RuleKey.DISCHARGING, List.of(String.valueOf(onBattery)));
        said.put(RuleKey.BATTERY_FLOOR, List.of(String.valueOf(floor)));
        said.put(RuleKey.BATTERY_RESUME, List.of(String.valueOf(resume)));
        said.put(RuleKey.HOURS, nightsOnly ? List.of("22:00-06:00") : List.of());
        said.put(RuleKey.QUIET_HOURS, quiet ? List.of("01:00-03:00") : List.of());
        said.put(RuleKey.PRICE, List.of(priceMax > 0 ? "on" : "off"));
        said.put(RuleKey.PRICE_MAX, List.of(String.valueOf(priceMax)));
        said.put(RuleKey.PRICE_RESUME, List.of(String.valueOf(Math.max(0, priceMax - 0.02))));
        said.put(RuleKey.ENERGY_PER_DAY, List.of(String.valueOf(energyPerDay)));
        said.put(RuleKey.LOAD_PER_DAY, List.of(String.valueOf(loadPerDay)));
        return OwnerRules.of(said, zone);
    }
}
