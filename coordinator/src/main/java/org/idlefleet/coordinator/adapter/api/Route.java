package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpMethod;

import java.util.concurrent.CompletableFuture;

/**
 * What the door does for one method on one path.
 *
 * @param path with {@code {names}} for its parameters
 * @param role what an operator's key needs for it; of no meaning for others
 * @param large whether its body may be as large as a batch job's
 */
record Route(
        HttpMethod method, String path, Access access, Role role, boolean large, Handler handler) {
    /** Who may. */
    enum Access {
        /** Everyone, without a key. */
        OPEN,
        /** Operators. */
        ADMIN,
        /** Clients. */
        CLIENT,
        /** Clients and operators. */
        KEY
    }

    /** Answers a call; a {@link Problem.Raised} is an answer, too. */
    @FunctionalInterface
    interface Handler {
        CompletableFuture<Reply> handle(Call call);
    }

    static Route get(String path, Access access, Handler handler) {
        return new Route(HttpMethod.GET, path, access, Role.READ, false, handler);
    }

    static Route post(String path, Access access, Handler handler) {
        return new Route(HttpMethod.POST, path, access, Role.OPERATE, false, handler);
    }

    static Route delete(String path, Access access, Handler handler) {
        return new Route(HttpMethod.DELETE, path, access, Role.OPERATE, false, handler);
    }

    static Route batch(String path, Access access, Handler handler) {
        return new Route(HttpMethod.POST, path, access, Role.OPERATE, true, handler);
    }

    /** The same for operators with another role. */
    Route needing(Role other) {
        return new Route(method, path, access, other, large, handler);
    }

    boolean hasBody() {
        return method.equals(HttpMethod.POST);
    }
}
