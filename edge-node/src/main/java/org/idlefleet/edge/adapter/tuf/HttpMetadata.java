package org.idlefleet.edge.adapter.tuf;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A repository behind an address. What it sends is signed, so plain HTTP would only tell others
 * what is asked for.
 *
 * @param base ends with a slash
 * @param limit how long a file may take from the first to the last byte
 */
public record HttpMetadata(URI base, Duration limit) implements Metadata {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    @Override
    public Optional<byte[]> fetch(String name, int bytesMax) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(name)).build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                CLIENT.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), bytesMax));
        try {
            HttpResponse<byte[]> response = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() == 404) {
                return Optional.empty();
            }
            if (response.statusCode() != 200) {
                throw new IOException(request.uri() + " answers " + response.statusCode());
            }
            return Optional.of(response.body());
        } catch (ExecutionException e) {
            throw new IOException(request.uri() + " can't be had: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException(request.uri() + " took longer than " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }
}
