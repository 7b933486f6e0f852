package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.MediaType;

import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.View;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What watchers of the process ask: is it alive, is it ready, how much does it do. */
final class Health {
    private static final String DOCUMENT = "openapi.json";

    private final Desk desk;
    private final Metrics metrics;
    private final Supplier<Optional<String>> unready;
    private final byte[] document;

    Health(Ports ports) {
        this.desk = ports.desk();
        this.metrics = ports.metrics();
        this.unready = ports.unready();
        this.document = document();
    }

    CompletableFuture<Reply> live(Call call) {
        return CompletableFuture.completedFuture(Reply.json(Json.object().put("status", "live")));
    }

    /** 503 with the reason while requests should go elsewhere. */
    CompletableFuture<Reply> ready(Call call) {
        Optional<String> reason = unready.get();
        return CompletableFuture.completedFuture(
                reason.isEmpty()
                        ? Reply.json(Json.object().put("status", "ready"))
                        : Reply.json(
                                503,
                                Json.object()
                                        .put("status", "not ready")
                                        .put("reason", reason.get())));
    }

    /**
     * Counts are always told; if the core is too busy to say how it is, gauges are the last known.
     */
    CompletableFuture<Reply> metrics(Call call) {
        return Operator.see(desk, call, new Query.OfLoad())
                .<Void>handle((view, _) -> {
                    if (view instanceof View.Load load) {
                        metrics.load(load);
                    }
                    return null;
                })
                .thenApply(_ -> {
                    Metrics.Scrape scrape = metrics.scrape(call.requestHeader("accept"));
                    return new Reply(
                            200,
                            MediaType.parse(scrape.type()),
                            HttpData.wrap(scrape.body()),
                            null);
                });
    }

    /** The OpenAPI document of our own surface. */
    CompletableFuture<Reply> openApi(Call call) {
        return CompletableFuture.completedFuture(Reply.json(document));
    }

    private static byte[] document() {
        try (InputStream in = Health.class.getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException(DOCUMENT + " is missing from the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(DOCUMENT + " can't be read", e);
        }
    }
}
