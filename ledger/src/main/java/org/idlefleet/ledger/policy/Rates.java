package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.Money;

import java.util.List;

/**
 * What computing costs an owner: electricity by the hour, and wear. His floor.
 *
 * @param tariffs the first that holds counts
 * @param batteryMicrosPerKwh wear for what came out of the battery
 * @param acceleratorMicrosPerHour wear of a chip that computes
 */
public record Rates(List<Tariff> tariffs, long batteryMicrosPerKwh, long acceleratorMicrosPerHour) {
    private static final long JOULES_PER_KWH = 3_600_000;
    private static final long MILLIS_PER_HOUR = 3_600_000;

    /** Micro-credits for a kilowatt-hour at some hours. */
    public record Tariff(Hours hours, long microsPerKwh) {
        public Tariff {
            if (microsPerKwh < 0) {
                throw new IllegalArgumentException(
                        "expected a price of electricity, found " + microsPerKwh);
            }
        }
    }

    public Rates {
        tariffs = List.copyOf(tariffs);
        if (batteryMicrosPerKwh < 0 || acceleratorMicrosPerHour < 0) {
            throw new IllegalArgumentException(
                    "expected wear of zero or more, found "
                            + batteryMicrosPerKwh
                            + " a kWh and "
                            + acceleratorMicrosPerHour
                            + " an hour");
        }
    }

    /** Each of the parts rounded up, in the owner's favour. */
    Money cost(Effort effort, long microsPerKwh) {
        return per(effort.joules(), microsPerKwh, JOULES_PER_KWH)
                .plus(per(effort.batteryJoules(), batteryMicrosPerKwh, JOULES_PER_KWH))
                .plus(per(effort.acceleratorMillis(), acceleratorMicrosPerHour, MILLIS_PER_HOUR));
    }

    private static Money per(long amount, long micros, long whole) {
        return Money.ofMillionths(Math.ceilDiv(Math.multiplyExact(amount, micros), whole));
    }
}
