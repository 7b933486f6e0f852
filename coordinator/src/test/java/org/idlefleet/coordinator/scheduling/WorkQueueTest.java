package org.idlefleet.coordinator.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Who is served next, and how much everyone gets. */
class WorkQueueTest {
    private long jobs;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givesClientsWithWorkTheSameHoweverManyJobsTheySend(long seed) {
        var random = new SplittableRandom(seed);
        var queue = new WorkQueue();
        int clients = random.nextInt(2, 6);
        for (int client = 0; client < clients; client++) {
            for (int job = 0; job <= client * 7; job++) {
                queue.refresh(job("client" + client, random.nextBoolean(), job, 1_000_000));
            }
        }
        var got = new TreeMap<String, Long>();
        for (int turn = 0; turn < 20_000; turn++) {
            OpenJob next = next(queue);
            long units = random.nextLong(1, 100);
            queue.serve(next.client(), units);
            got.merge(next.client().value(), units, Long::sum);
        }
        long most = got.values().stream().max(Comparator.naturalOrder()).orElseThrow();
        long least = got.values().stream().min(Comparator.naturalOrder()).orElseThrow();
        assertThat(got).hasSize(clients);
        assertThat(most - least).isLessThanOrEqualTo(100);
    }

    @Test
    void servesWhoeverWaitsBeforeBatchesAndTheEarliestDeadlineFirst() {
        var queue = new WorkQueue();
        OpenJob late = job("ann", false, 9, 10);
        OpenJob soon = job("ann", false, 3, 10);
        OpenJob waiting = job("ann", true, 20, 10);
        List.of(late, soon, waiting).forEach(queue::refresh);
        var order = new ArrayList<OpenJob>();
        queue.first(
                10,
                0,
                job -> {
                    order.add(job);
                    return Optional.empty();
                });
        assertThat(order.subList(0, 3)).containsExactly(waiting, soon, late);
    }

    @Test
    void givesANewcomerNoClaimOnThePast() {
        var queue = new WorkQueue();
        queue.refresh(job("ann", false, 1, 1_000_000));
        for (int i = 0; i < 1_000; i++) {
            queue.serve(new ClientId("ann"), 10);
        }
        queue.refresh(job("bob", false, 1, 1_000_000));
        int bob = 0;
        for (int i = 0; i < 100; i++) {
            OpenJob next = next(queue);
            queue.serve(next.client(), 10);
            bob += next.client().value().equals("bob") ? 1 : 0;
        }
        assertThat(bob).isBetween(49, 52);
    }

    @Test
    void findsWorkForAnybodyBehindAnyNumberOfJobsThatNobodyFreeCanServe() {
        var queue = new WorkQueue();
        for (int i = 0; i < 10_000; i++) {
            OpenJob stuck = job("ann", true, i, 1);
            stuck.place(
                    new Replica(
                            new Lease(stuck.job(), 0, 0, 1),
                            1,
                            new NodeId("node"),
                            new OwnerId("owner")),
                    0,
                    1);
            queue.refresh(stuck);
        }
        OpenJob fresh = job("ann", false, 20_000, 5);
        queue.refresh(fresh);
        assertThat(
                        queue.first(
                                64,
                                0,
                                job ->
                                        job.firstFree().isPresent()
                                                ? Optional.of(job)
                                                : Optional.empty()))
                .contains(fresh);
    }

    @Test
    void looksFurtherBackInEachTurn() {
        var queue = new WorkQueue();
        OpenJob wanted = job("ann", false, 500, 1);
        for (int i = 0; i < 1_000; i++) {
            queue.refresh(i == 500 ? wanted : job("ann", false, i, 1));
        }
        boolean found = false;
        for (int turn = 0; turn < 16; turn++) {
            found |=
                    queue.first(
                                    64,
                                    turn,
                                    job -> job == wanted ? Optional.of(job) : Optional.empty())
                            .isPresent();
        }
        assertThat(found).isTrue();
    }

    @Test
    void forgetsAClientWithoutWork() {
        var queue = new WorkQueue();
        OpenJob job = job("ann", false, 1, 1);
        queue.refresh(job);
        assertThat(queue.isEmpty()).isFalse();
        queue.remove(job);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.first(10, 0, Optional::of)).isEmpty();
    }

    private static OpenJob next(WorkQueue queue) {
        return queue.first(64, 0, Optional::of).orElseThrow();
    }

    private OpenJob job(String client, boolean urgent, long deadline, int items) {
        return new OpenJob(
                new JobId(++jobs),
                new ClientId(client),
                Digest.of(new byte[0]),
                urgent,
                Instant.ofEpochSecond(deadline),
                2,
                WorkUnits.even(items, 1));
    }
}
