package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** All that may be done on one path. Runs on the connection's thread and never blocks it. */
final class Entrance implements HttpService {
    private final String path;
    private final Map<HttpMethod, Route> routes = new TreeMap<>();
    private final Doorman doorman;
    private final AuditLog auditLog;
    private final Faults faults;
    private final RequestIds ids;
    private final Metrics metrics;

    Entrance(
            String path,
            List<Route> routes,
            Doorman doorman,
            AuditLog auditLog,
            Faults faults,
            RequestIds ids,
            Metrics metrics) {
        this.path = path;
        this.doorman = doorman;
        this.auditLog = auditLog;
        this.faults = faults;
        this.ids = ids;
        this.metrics = metrics;
        routes.forEach(route -> this.routes.put(route.method(), route));
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        var call = new Call(context, ids.next(), System.nanoTime());
        CompletableFuture<Reply> reply;
        try {
            reply = enter(call, context, request);
        } catch (RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        return HttpResponse.of(reply.handle((done, fault) -> leave(call, context, done, fault)));
    }

    /** Answers what has no route. */
    HttpResponse unknown(ServiceRequestContext context, HttpRequest request) {
        var call = new Call(context, ids.next(), System.nanoTime());
        Problem problem =
                Problem.of(
                        404,
                        "invalid_request_error",
                        "unknown_url",
                        null,
                        "there is nothing at "
                                + context.method()
                                + " "
                                + context.path()
                                + "; GET /api/v1/openapi.json and OpenAI's reference list what is");
        return leave(call, context, null, problem.raised());
    }

    private CompletableFuture<Reply> enter(
            Call call, ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        Route route = routes.get(headers.method());
        if (route == null) {
            throw wrongMethod(call, headers.method()).raised();
        }
        doorman.admit(call, route, headers, context.remoteAddress().getAddress());
        if (!route.hasBody()) {
            context.clearRequestTimeout();
            return auditLog.handle(call, route, context.path());
        }
        return request.aggregate()
                .thenCompose(whole -> {
                    context.clearRequestTimeout();
                    call.body(bytes(whole));
                    return auditLog.handle(call, route, context.path());
                });
    }

    private HttpResponse leave(
            Call call,
            ServiceRequestContext context,
            @Nullable Reply done,
            @Nullable Throwable fault) {
        Problem problem = fault == null ? null : faults.problem(fault, call.id());
        Reply reply =
                problem != null
                        ? Reply.of(problem)
                        : done != null ? done : Reply.of(Faults.internal(call.id()));
        long nanos = System.nanoTime() - call.startNanos();
        metrics.answered(context.method().name(), path, reply.status(), nanos);
        ResponseHeadersBuilder headers = ResponseHeaders.builder(reply.status());
        headers.contentType(reply.type());
        headers.add("x-request-id", call.id());
        headers.add("openai-processing-ms", Long.toString(nanos / 1_000_000));
        call.headers().forEach(headers::add);
        if (problem != null) {
            Faults.hints(problem, headers);
        }
        if (reply.rest() != null) {
            return HttpResponse.of(headers.build(), reply.rest());
        }
        headers.contentLength(reply.body().length());
        return HttpResponse.of(headers.build(), reply.body());
    }

    private Problem wrongMethod(Call call, HttpMethod method) {
        String allowed =
                routes.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        call.header(HttpHeaderNames.ALLOW.toString(), allowed);
        return Problem.of(
                405,
                "invalid_request_error",
                "method_not_allowed",
                null,
                path + " takes " + allowed + ", not " + method);
    }

    private static byte[] bytes(AggregatedHttpRequest whole) {
        return whole.content().array();
    }
}
