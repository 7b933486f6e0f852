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
import java.util.function.Function;

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
            queue.serve(next, units);
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
                true,
                job -> {
                    order.add(job);
                    return Optional.empty();
                });
        assertThat(order.subList(0, 3)).containsExactly(waiting, soon, late);
    }

    @Test
    void givesANewcomerNoClaimOnThePast() {
        var queue = new WorkQueue();
        OpenJob ann = job("ann", false, 1, 1_000_000);
        queue.refresh(ann);
        for (int i = 0; i < 1_000; i++) {
            queue.serve(ann, 10);
        }
        queue.refresh(job("bob", false, 1, 1_000_000));
        int bob = 0;
        for (int i = 0; i < 100; i++) {
            OpenJob next = next(queue);
            queue.serve(next, 10);
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
                                true,
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
                                    true,
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
        assertThat(queue.first(10, 0, true, Optional::of)).isEmpty();
    }

    /** At every moment, whatever the sizes and however many clients there are. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void servesChecksFirstButLeavesClientsTheirShareInAnyFloodOfThem(long seed) {
        var random = new SplittableRandom(seed);
        var queue = new WorkQueue();
        for (int client = 0; client < random.nextInt(1, 200); client++) {
            queue.refresh(job("client" + client, random.nextBoolean(), client, 1_000_000));
        }
        OpenJob flood = check(random.nextBoolean(), 1, 1_000_000);
        queue.refresh(flood);
        int most = random.nextInt(1, 100);
        long checks = 0;
        long clients = 0;
        for (int turn = 0; turn < 5_000; turn++) {
            OpenJob next = next(queue);
            assertThat(turn > 0 || next == flood).isTrue();
            long units = random.nextLong(0, most) + 1;
            queue.serve(next, units);
            checks += next.check() ? units : 0;
            clients += next.check() ? 0 : units;
            assertThat(checks - WorkQueue.CHECKS_FOR_ONE * clients)
                    .isBetween(-(long) WorkQueue.CHECKS_FOR_ONE * most, (long) most);
        }
    }

    @Test
    void letsChecksThatNobodyCouldDoSaveNothingUp() {
        var queue = new WorkQueue();
        queue.refresh(job("ann", false, 1, 1_000_000));
        queue.refresh(check(true, 1, 1_000_000));
        for (int i = 0; i < 1_000; i++) {
            OpenJob next = queue.first(64, 0, false, Optional::of).orElseThrow();
            assertThat(next.check()).isFalse();
            queue.serve(next, 10);
        }
        int clients = 0;
        for (int i = 0; i < 100; i++) {
            OpenJob next = next(queue);
            queue.serve(next, 10);
            clients += next.check() ? 0 : 1;
        }
        assertThat(clients).isBetween(24, 26);
    }

    /** One trusted owner may be busy for as long as it takes a thousand of them. */
    @Test
    void hidesNoWorkBehindChecksForTrustedOwners() {
        var queue = new WorkQueue();
        for (int i = 0; i < 1_000; i++) {
            queue.refresh(check(true, i, 1));
        }
        OpenJob check = check(false, 2_000, 1);
        OpenJob client = job("ann", false, 2_000, 1);
        queue.refresh(client);
        queue.refresh(check);
        Function<OpenJob, Optional<OpenJob>> byAnybody =
                job -> job.trustedOnly() ? Optional.empty() : Optional.of(job);
        for (boolean trusted : new boolean[] {true, false}) {
            assertThat(queue.first(64, 0, trusted, byAnybody)).contains(check);
        }
        assertThat(queue.unitsForTrusted()).isEqualTo(1_000);
        queue.remove(check);
        assertThat(queue.first(64, 0, true, byAnybody)).contains(client);
    }

    /** An audit that went to anybody waits with the others once a trusted owner must decide. */
    @Test
    void movesACheckToTheTrustedOnesLineOnceOnlyTheyMayDecide() {
        var queue = new WorkQueue();
        OpenJob check = check(false, 1, 1);
        var lease = new Lease(check.job(), 0, 0, 1);
        check.place(new Replica(lease, 1, new NodeId("node"), new OwnerId("owner")), 0, 1);
        queue.refresh(check);
        assertThat(queue.isEmpty()).isTrue();
        check.answer(lease, new OwnerId("owner"), 0, 1);
        check.wantTrusted(0);
        check.want(0, 1);
        queue.refresh(check);
        assertThat(queue.first(64, 0, false, Optional::of)).isEmpty();
        assertThat(queue.first(64, 0, true, Optional::of)).contains(check);
        assertThat(queue.unitsForTrusted()).isEqualTo(1);
        queue.remove(check);
        assertThat(queue.unitsForTrusted()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    private static OpenJob next(WorkQueue queue) {
        return queue.first(64, 0, true, Optional::of).orElseThrow();
    }

    private OpenJob job(String client, boolean urgent, long deadline, int items) {
        var terms = new OpenJob.Terms(urgent, Instant.ofEpochSecond(deadline), 2, false, false);
        return job(client, terms, items);
    }

    private OpenJob check(boolean trustedOnly, long deadline, int items) {
        var terms = new OpenJob.Terms(true, Instant.ofEpochSecond(deadline), 1, true, trustedOnly);
        return job("platform", terms, items);
    }

    private OpenJob job(String client, OpenJob.Terms terms, int items) {
        return new OpenJob(
                new JobId(++jobs),
                new ClientId(client),
                Digest.of(new byte[0]),
                terms,
                WorkUnits.even(items, 1));
    }
}
