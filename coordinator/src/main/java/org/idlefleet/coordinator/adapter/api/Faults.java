package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.ShuttingDownException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Turns what went wrong, ours or the server library's, into a problem in OpenAI's shape. */
final class Faults implements ServerErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final String INVALID = "invalid_request_error";

    private final ApiConfig.Limits limits;
    private final RequestIds ids;

    Faults(ApiConfig.Limits limits, RequestIds ids) {
        this.limits = limits;
        this.ids = ids;
    }

    /** Whatever is not foreseen is logged under the request's id and told as an internal error. */
    Problem problem(Throwable fault, String request) {
        Throwable cause = fault;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case Problem.Raised raised -> raised.problem();
            case Desk.Busy busy -> Refusals.busy(busy);
            case ContentTooLargeException large -> tooLarge(large.maxContentLength());
            case RequestTimeoutException _ -> tooSlow();
            case Desk.Closed _ -> Refusals.closed();
            case ShuttingDownException _ -> Refusals.closed();
            case ClosedStreamException _ ->
                    Problem.of(400, INVALID, "incomplete_body", null, "the body ended too early");
            default -> {
                LOG.error("request {} failed", request, cause);
                yield internal(request);
            }
        };
    }

    static Problem internal(String request) {
        return new Problem(
                500,
                "server_error",
                "internal_error",
                null,
                "the coordinator failed on " + request + "; its log says why",
                null,
                false);
    }

    /** When to retry, if at all: clients retry 408, 409, 429 and all of 5xx by themselves. */
    static void hints(Problem problem, ResponseHeadersBuilder headers) {
        Duration after = problem.retryAfter();
        if (after != null) {
            headers.add("retry-after", Long.toString(after.plusNanos(999_999_999).toSeconds()));
            headers.add("retry-after-ms", Long.toString(after.plusNanos(999_999).toMillis()));
        }
        int status = problem.status();
        if (problem.repeats()
                && (status == 408 || status == 409 || status == 429 || status >= 500)) {
            headers.add("x-should-retry", "false");
        }
        if (status == 401) {
            headers.add("www-authenticate", "Bearer");
        }
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        String id = ids.next();
        if (cause instanceof HttpStatusException status) {
            Problem problem = ofStatus(status.httpStatus(), null, limits.requestBytes());
            return render(problem, id).toHttpResponse();
        }
        return render(problem(cause, id), id).toHttpResponse();
    }

    @Override
    public AggregatedHttpResponse onProtocolViolation(
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        return render(ofStatus(status, description, config.maxRequestLength()), ids.next());
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        return render(ofStatus(status, description, config.maxRequestLength()), ids.next());
    }

    private Problem ofStatus(HttpStatus status, @Nullable String description, long bytesMax) {
        if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
            return tooLarge(bytesMax);
        }
        String text =
                description == null || description.isEmpty() ? status.toString() : description;
        return status.isServerError()
                ? Problem.of(status.code(), "server_error", null, null, text)
                : Problem.of(status.code(), INVALID, null, null, text);
    }

    private Problem tooLarge(long bytesMax) {
        String limit = bytesMax == limits.requestBytes() ? "requestBytes" : "batchBytes";
        return Problem.of(
                413,
                INVALID,
                "request_too_large",
                null,
                "the body exceeds the limit " + limit + " of " + bytesMax + " bytes; split it");
    }

    private Problem tooSlow() {
        return Problem.of(
                408,
                INVALID,
                "request_timeout",
                null,
                "the body did not arrive within the limit bodyTime of "
                        + limits.bodyTime().toSeconds()
                        + " seconds");
    }

    private static AggregatedHttpResponse render(Problem problem, String id) {
        ResponseHeadersBuilder headers = ResponseHeaders.builder(problem.status());
        headers.contentType(MediaType.JSON);
        headers.add("x-request-id", id);
        hints(problem, headers);
        byte[] body = Json.write(Json.problem(problem));
        return AggregatedHttpResponse.of(headers.build(), HttpData.wrap(body));
    }
}
