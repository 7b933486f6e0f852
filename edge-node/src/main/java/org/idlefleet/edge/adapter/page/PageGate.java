package org.idlefleet.edge.adapter.page;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * Who may ask. Any program on this machine reaches a loopback port, and any web site can let the
 * owner's browser ask it; so a request must name this server as its host (a foreign name that was
 * bent to 127.0.0.1 does not), must not come from another origin, and must bring the token, once in
 * the address and from then on as a cookie.
 */
final class PageGate {
    private volatile @Nullable PageAddress address;

    /** What becomes of a request. */
    sealed interface Verdict {
        /** It may be answered. */
        record Welcome() implements Verdict {}

        /** It brought the token in its address: hand the cookie out and lead it on. */
        record Enter(String cookie) implements Verdict {}

        /** It may not; says why. */
        record Refused(int status, String reason) implements Verdict {}
    }

    /** From now on this address is the right one; before, nobody gets in. */
    void open(PageAddress own) {
        address = own;
    }

    Verdict judge(FullHttpRequest request) {
        PageAddress own = address;
        if (own == null) {
            return new Verdict.Refused(503, "the page is not ready yet");
        }
        List<String> hosts =
                List.of(
                        "127.0.0.1:" + own.port(),
                        "localhost:" + own.port(),
                        "[::1]:" + own.port());
        List<String> host = request.headers().getAll(HttpHeaderNames.HOST);
        if (host.size() != 1 || !hosts.contains(host.getFirst())) {
            return new Verdict.Refused(421, "this page is at 127.0.0.1:" + own.port() + " only");
        }
        List<String> origin = request.headers().getAll(HttpHeaderNames.ORIGIN);
        boolean writes = !request.method().equals(HttpMethod.GET);
        if (origin.isEmpty() ? writes : !origin.equals(List.of("http://" + host.getFirst()))) {
            return new Verdict.Refused(403, "a request from another page is not answered");
        }
        var query = new QueryStringDecoder(request.uri());
        List<String> token = query.parameters().getOrDefault("token", List.of());
        if (query.path().equals("/") && !token.isEmpty()) {
            return own.opens(token.getFirst()) && !writes
                    ? new Verdict.Enter(cookieName(own) + "=" + own.token())
                    : wrongToken();
        }
        return cookie(request, own).map(own::opens).orElse(false)
                ? new Verdict.Welcome()
                : wrongToken();
    }

    private static Verdict wrongToken() {
        return new Verdict.Refused(
                401,
                "This is the page of the Idlefleet node on this device. To open it, run\n\n"
                        + "    idlefleet edge page\n\nand use the address that it prints.");
    }

    /** Cookies do not know ports: two nodes on one machine must not share a name. */
    private static String cookieName(PageAddress own) {
        return "idlefleet-" + own.port();
    }

    private static Optional<String> cookie(FullHttpRequest request, PageAddress own) {
        return request.headers().getAll(HttpHeaderNames.COOKIE).stream()
                .flatMap(header -> ServerCookieDecoder.STRICT.decode(header).stream())
                .filter(cookie -> cookie.name().equals(cookieName(own)))
                .map(Cookie::value)
                .findFirst();
    }
}
