package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.diary.Costs;

/**
 * What computing costs the owner, as configured, and what a compute credit is worth to him.
 *
 * @param currency three letters (ISO 4217)
 */
public record CostsConfig(String currency, Costs costs, double perCredit) {
    private static final double PRICE_MAX = 1e6;
    private static final double WATTS_MAX = 1e5;

    static CostsConfig of(EdgeFile.Costs text) {
        if (!text.currency().matches("[A-Z]{3}")) {
            throw Values.wrong(
                    "costs.currency", "three letters such as EUR", "'" + text.currency() + "'");
        }
        return new CostsConfig(
                text.currency(),
                new Costs(
                        price("perKwh", text.perKwh()),
                        Values.between("costs.watts", text.watts(), 0, WATTS_MAX),
                        Values.between("costs.awakeWatts", text.awakeWatts(), 0, WATTS_MAX),
                        price("wearPerHour", text.wearPerHour()),
                        price("batteryWearPerKwh", text.batteryWearPerKwh())),
                price("perCredit", text.perCredit()));
    }

    private static double price(String key, double price) {
        return Values.between("costs." + key, price, 0, PRICE_MAX);
    }
}
