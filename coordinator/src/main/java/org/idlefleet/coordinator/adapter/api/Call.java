package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.server.ServiceRequestContext;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * One request on its way through the door. Its handler's steps touch it one after the other, on
 * whatever thread.
 */
final class Call {
    private final ServiceRequestContext context;
    private final String id;
    private final long startNanos;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Caller caller = new Caller.Anyone();
    private byte[] body = {};

    Call(ServiceRequestContext context, String id, long startNanos) {
        this.context = context;
        this.id = id;
        this.startNanos = startNanos;
    }

    String id() {
        return id;
    }

    long startNanos() {
        return startNanos;
    }

    Caller caller() {
        return caller;
    }

    void caller(Caller known) {
        caller = known;
    }

    /** The client that calls; only for routes that let clients in alone. */
    Caller.Client client() {
        if (caller instanceof Caller.Client client) {
            return client;
        }
        throw new IllegalStateException("call " + id + " is no client's");
    }

    /** The operator that calls; only for routes that let operators in alone. */
    Caller.Operator operator() {
        if (caller instanceof Caller.Operator operator) {
            return operator;
        }
        throw new IllegalStateException("call " + id + " is no operator's");
    }

    byte[] body() {
        return body;
    }

    void body(byte[] bytes) {
        body = bytes;
    }

    /** Headers that go out with whatever is answered. */
    Map<String, String> headers() {
        return headers;
    }

    void header(String name, String value) {
        headers.put(name, value);
    }

    void header(String name, long value) {
        headers.put(name, Long.toString(value));
    }

    @Nullable String requestHeader(String name) {
        return context.request().headers().get(name);
    }

    String path(String name) {
        String value = context.pathParam(name);
        return value == null ? "" : value;
    }

    @Nullable String query(String name) {
        return context.queryParam(name);
    }

    /** All values of a parameter that may be repeated, in order. */
    List<String> queries(String name) {
        return context.queryParams(name);
    }

    /** The thread of this connection: never to be blocked. */
    Executor loop() {
        return context.eventLoop().withoutContext();
    }

    /** Threads that may wait and work longer. */
    Executor worker() {
        return context.blockingTaskExecutor().withoutContext();
    }

    /** Runs if the client goes away before it is answered. */
    void whenGone(Runnable step) {
        var _ = context.whenRequestCancelled().thenRun(step);
    }
}
