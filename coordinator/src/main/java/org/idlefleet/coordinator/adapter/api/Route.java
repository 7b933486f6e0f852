package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpMethod;

import java.util.concurrent.CompletableFuture;

/**
 * What the door does for one method on one path.
 *
 * @param path with {@code {names}} for its parameters
 * @param large whether its body may be as large as a batch job's
 */
record Route(HttpMethod method, String path, Access access, boolean large, Handler handler) {
    /** Who may. */
    enum Access {
        /** Everyone, without a key. */
        OPEN,
        /** The operator. */
        ADMIN,
        /** Clients. */
        CLIENT,
        /** Clients and the operator. */
        KEY
    }

    /** Answers a call; a {@link Problem.Raised} is an answer, too. */
    @FunctionalInterface
    interface Handler {
        CompletableFuture<Reply> handle(Call call);
    }

    static Route get(String path, Access access, Handler handler) {
        return new Route(HttpMethod.GET, path, access, false, handler);
    }

    static Route post(String path, Access access, Handler handler) {
        return new Route(HttpMethod.POST, path, access, false, handler);
    }

    static Route delete(String path, Access access, Handler handler) {
        return new Route(HttpMethod.DELETE, path, access, false, handler);
    }

    static Route batch(String path, Access access, Handler handler) {
        return new Route(HttpMethod.POST, path, access, true, handler);
    }

    boolean hasBody() {
        return method.equals(HttpMethod.POST);
    }
}
