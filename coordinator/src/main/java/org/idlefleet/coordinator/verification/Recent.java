package org.idlefleet.coordinator.verification;

import java.time.Duration;
import java.time.Instant;

/**
 * Good and bad marks that fade: after {@link #HALF_LIFE} each counts half. Devices fail in bursts,
 * so what happened long ago says little about today.
 *
 * @param good weight of the good marks at {@code at}
 * @param bad weight of the bad ones
 */
public record Recent(double good, double bad, Instant at) {
    public static final Duration HALF_LIFE = Duration.ofDays(30);

    static Recent none(Instant at) {
        return new Recent(0, 0, at);
    }

    /** The share of good marks; 1 if there is none of either kind. */
    public double share() {
        return good + bad == 0 ? 1 : good / (good + bad);
    }

    Recent good(Instant now) {
        double rest = rest(now);
        return new Recent(good * rest + 1, bad * rest, latest(now));
    }

    Recent bad(Instant now) {
        double rest = rest(now);
        return new Recent(good * rest, bad * rest + 1, latest(now));
    }

    /** A bad mark was wrong: it counts no more. */
    Recent forgive(Instant now) {
        double rest = rest(now);
        return new Recent(good * rest, Math.max(0, bad * rest - 1), latest(now));
    }

    private double rest(Instant now) {
        if (!now.isAfter(at)) {
            return 1;
        }
        double halvings = Duration.between(at, now).toMillis() / (double) HALF_LIFE.toMillis();
        return StrictMath.pow(2, -halvings);
    }

    private Instant latest(Instant now) {
        return now.isAfter(at) ? now : at;
    }
}
