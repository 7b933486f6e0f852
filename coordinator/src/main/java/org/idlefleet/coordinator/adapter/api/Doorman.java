package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/** Decides from a request's headers, before any of its body is taken, whether it comes in. */
final class Doorman {
    private static final String SCHEME = "bearer ";

    private final KeyRing keys;
    private final Strangers strangers;
    private final Metrics metrics;

    Doorman(KeyRing keys, Strangers strangers, Metrics metrics) {
        this.keys = keys;
        this.strangers = strangers;
        this.metrics = metrics;
    }

    /** Sets the call's caller and counts its request; a problem is raised if it may not come in. */
    void admit(Call call, Route route, RequestHeaders headers, InetAddress from) {
        if (route.access() == Route.Access.OPEN) {
            return;
        }
        Caller caller = caller(headers, from);
        call.caller(caller);
        boolean may =
                switch (caller) {
                    case Caller.Operator _ -> route.access() != Route.Access.CLIENT;
                    case Caller.Client _ -> route.access() != Route.Access.ADMIN;
                    case Caller.Anyone _ -> false;
                };
        if (!may) {
            throw Problem.of(
                            403,
                            "invalid_request_error",
                            "wrong_key",
                            null,
                            route.access() == Route.Access.ADMIN
                                    ? "this is the operators': use an operator's key"
                                    : "this is paid from a client's account: use a client's key")
                    .raised();
        }
        if (caller instanceof Caller.Client client) {
            client.pace().request(call, System.nanoTime());
        }
    }

    private Caller caller(RequestHeaders headers, InetAddress from) {
        String value = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        boolean bearer = value.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        Optional<Caller> known =
                bearer ? keys.caller(value.substring(SCHEME.length()).strip()) : Optional.empty();
        return known.orElseThrow(() -> failed(bearer, from).raised());
    }

    private Problem failed(boolean bearer, InetAddress from) {
        metrics.authFailed();
        Optional<Duration> wait = strangers.failed(from, System.nanoTime());
        if (wait.isPresent()) {
            return Problem.later(
                    429,
                    "rate_limit_error",
                    "too_many_failures",
                    "too many requests with a missing or wrong key come from this address",
                    wait.get());
        }
        return Problem.of(
                401,
                "invalid_request_error",
                "invalid_api_key",
                null,
                bearer
                        ? "the API key is not known here; ask the operator for one"
                        : "the API key is missing: send the header 'Authorization: Bearer KEY'");
    }
}
