package org.idlefleet.coordinator.adapter.api;

import java.time.Duration;

/** How fast one key may ask: requests and work units a minute. Thread-safe. */
final class Pace {
    private final Allowance requests;
    private final Allowance units;

    Pace(ApiConfig.Rates rates, long nowNanos) {
        requests = new Allowance(rates.requestsPerMinute(), nowNanos);
        units = new Allowance(rates.unitsPerMinute(), nowNanos);
    }

    /** Counts a request; raises a problem if there are too many. */
    void request(Call call, long nowNanos) {
        boolean taken = requests.take(1, nowNanos);
        tell(call, nowNanos);
        if (!taken) {
            throw tooFast("requests", requests.perMinute(), requests.until(1, nowNanos)).raised();
        }
    }

    /** Counts a request's work units; raises a problem if there are too many. */
    void units(Call call, long count, long nowNanos) {
        boolean taken = units.take(count, nowNanos);
        tell(call, nowNanos);
        if (taken) {
            return;
        }
        if (count > units.perMinute()) {
            throw Problem.of(
                            429,
                            "rate_limit_error",
                            "rate_limit_exceeded",
                            "input",
                            "the request has "
                                    + count
                                    + " work units, the key's limit is "
                                    + units.perMinute()
                                    + " a minute; split the request")
                    .raised();
        }
        throw tooFast("work units", units.perMinute(), units.until(count, nowNanos)).raised();
    }

    /** The units were not used after all. */
    void giveBack(long count) {
        units.giveBack(count);
    }

    private void tell(Call call, long nowNanos) {
        call.header("x-ratelimit-limit-requests", requests.perMinute());
        call.header("x-ratelimit-remaining-requests", requests.left(nowNanos));
        call.header(
                "x-ratelimit-reset-requests",
                goDuration(requests.until(requests.perMinute(), nowNanos)));
        call.header("x-ratelimit-limit-tokens", units.perMinute());
        call.header("x-ratelimit-remaining-tokens", units.left(nowNanos));
        call.header(
                "x-ratelimit-reset-tokens", goDuration(units.until(units.perMinute(), nowNanos)));
    }

    private static Problem tooFast(String what, long perMinute, Duration after) {
        return Problem.later(
                429,
                "rate_limit_error",
                "rate_limit_exceeded",
                "the key's limit of " + perMinute + " " + what + " a minute is met; slow down",
                after);
    }

    /**
     * As Go writes a duration, which is what clients parse: {@code 12ms}, {@code 1.5s}, {@code
     * 1m0s}.
     */
    static String goDuration(Duration duration) {
        long millis = duration.plusNanos(999_999).toMillis();
        if (millis < 1_000) {
            return millis == 0 ? "0s" : millis + "ms";
        }
        long minutes = millis / 60_000;
        long rest = millis % 60_000;
        String seconds =
                rest % 1_000 == 0 ? Long.toString(rest / 1_000) : Double.toString(rest / 1_000.0);
        return (minutes == 0 ? "" : minutes + "m") + seconds + "s";
    }
}
