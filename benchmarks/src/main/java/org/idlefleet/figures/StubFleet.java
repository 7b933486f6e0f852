package org.idlefleet.figures;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.protocol.Digest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A real coordinator process with {@link StubModel} on offer and a client who can pay. */
final class StubFleet implements AutoCloseable {
    /** Loopback is one address, so the limits per address would be the bar. */
    private static final List<String> SETS =
            List.of(
                    "nodes.limits.address-handshakes=100000",
                    "nodes.limits.address-unauthenticated=100000",
                    "nodes.limits.address-connections=100000",
                    "jobs.batchDeadlineHours=24");

    /**
     * Shards of one item, however fast the nodes turn out to be: a coordinator that learns their
     * speed would carve ever larger ones, and what is counted would be items.
     */
    static final List<String> ONE_ITEM_SHARDS =
            List.of("pace.batchShardMs=1", "pace.shortestShardMs=1");

    /** The HTTP status of a coordinator at one of its limits. */
    private static final int OVERLOADED = 503;

    private final LocalFleet fleet;
    private final Digest manifest;
    private final String key;

    StubFleet() throws IOException {
        this(List.of());
    }

    /**
     * @param more settings of the coordinator
     */
    StubFleet(List<String> more) throws IOException {
        fleet = LocalFleet.start(Stream.concat(SETS.stream(), more.stream()).toList(), false);
        Path folder = fleet.directory().resolve("stub");
        manifest = StubModel.write(folder);
        fleet.operate("model", "add", folder.toString());
        key = fleet.client("bench", "1000000");
    }

    LocalFleet fleet() {
        return fleet;
    }

    Digest manifest() {
        return manifest;
    }

    /** A batch job of so many items of four work units each; its id. */
    String submit(int items) {
        return submit(items, "quorum");
    }

    /** The same, with results checked in this way. */
    String submit(int items, String assurance) {
        try (var client = new AdminApi(fleet.api().base(), key)) {
            return client.post(
                            "/api/v1/jobs",
                            Map.of(
                                    "model",
                                    StubModel.NAME,
                                    "input",
                                    Collections.nCopies(items, "a"),
                                    "idlefleet",
                                    Map.of("assurance", assurance)))
                    .path("id")
                    .asString();
        }
    }

    /** Items that wait for their answer, over all jobs. */
    long openItems() {
        return fleet.api().get("/api/v1/load").path("open_items").asLong();
    }

    /** Waits until at most so many items are open; seconds it took. */
    double awaitOpen(long items) throws InterruptedException {
        long began = System.nanoTime();
        while (openItemsIfTold() > items) {
            Thread.sleep(10);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    /** Very many while the coordinator is so full of results that it takes no question. */
    private long openItemsIfTold() {
        try {
            return openItems();
        } catch (AdminApi.Problem e) {
            if (e.status() == OVERLOADED) {
                return Long.MAX_VALUE;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        fleet.close();
    }
}
