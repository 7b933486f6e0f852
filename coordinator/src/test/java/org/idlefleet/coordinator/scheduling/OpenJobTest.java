package org.idlefleet.coordinator.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Ranges and shards of a job against one mark for each item. */
class OpenJobTest {
    private static final int FREE = -1;
    private static final int SETTLED = -2;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void knowsOfEveryItemWhatOneMarkForEachSays(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 60; round++) {
            var story = new Story(random);
            for (int step = 0; step < 300 && !story.job.done(); step++) {
                story.step();
                story.check();
            }
        }
    }

    @Test
    void wantsNoReplicaForAVoteItHearsOfAfterARestart() {
        OpenJob job = job(10, 3);
        job.answer(new Lease(new JobId(1), 0, 0, 1), new OwnerId("ann"), 0, 10);
        job.answer(new Lease(new JobId(1), 0, 1, 1), new OwnerId("bob"), 0, 10);
        assertThat(job.shard(0).orElseThrow().wanted()).isEqualTo(1);
        assertThat(job.shard(0).orElseThrow().attempts()).isEqualTo(2);
        assertThat(job.shard(0).orElseThrow().admits(new OwnerId("bob"))).isFalse();
        assertThat(job.shard(0).orElseThrow().admits(new OwnerId("eve"))).isTrue();
    }

    @Test
    void joinsWhatComesBackWithItsFreeNeighbours() {
        OpenJob job = job(10, 1);
        job.place(replica(0, 0, 0), 0, 4);
        job.place(replica(1, 0, 1), 4, 6);
        job.withdraw(new Lease(new JobId(1), 1, 0, 1));
        assertThat(job.firstFree().orElseThrow()).isEqualTo(Map.entry(4, 10));
        job.withdraw(new Lease(new JobId(1), 0, 0, 1));
        assertThat(job.firstFree().orElseThrow()).isEqualTo(Map.entry(0, 10));
    }

    @Test
    void keepsTheBoundsOfAShardThatHasAVote() {
        OpenJob job = job(10, 2);
        job.place(replica(0, 0, 0), 0, 4);
        job.place(replica(0, 1, 1), 0, 4);
        job.answer(new Lease(new JobId(1), 0, 0, 1), new OwnerId("owner0"), 0, 4);
        job.withdraw(new Lease(new JobId(1), 0, 1, 1));
        assertThat(job.wanting()).containsOnlyKeys(0);
        assertThat(job.firstFree().orElseThrow().getKey()).isEqualTo(4);
    }

    private static OpenJob job(int items, int quorum) {
        return new OpenJob(
                new JobId(1),
                new ClientId("ann"),
                Digest.of(new byte[0]),
                new OpenJob.Terms(false, Instant.EPOCH, quorum, false, false),
                WorkUnits.even(items, 3));
    }

    private static Replica replica(int shard, int attempt, int owner) {
        return new Replica(
                new Lease(new JobId(1), shard, attempt, 1),
                owner,
                new NodeId("node" + owner),
                new OwnerId("owner" + owner));
    }

    /** A job, and of each item whether it is free, settled, or in which shard. */
    private static final class Story {
        private final SplittableRandom random;
        private final int quorum;
        private final OpenJob job;
        private final int[] marks;
        private final TreeMap<Integer, List<Replica>> running = new TreeMap<>();
        private final TreeMap<Integer, Integer> votes = new TreeMap<>();
        private int owners;

        Story(SplittableRandom random) {
            this.random = random;
            this.quorum = random.nextInt(1, 4);
            int items = random.nextInt(1, 40);
            job = job(items, quorum);
            marks = new int[items];
            Arrays.fill(marks, FREE);
        }

        void step() {
            int choice = random.nextInt(10);
            if (choice < 3) {
                carve();
            } else if (choice < 5) {
                placeAgain();
            } else if (choice < 7) {
                withdraw();
            } else {
                answer();
            }
        }

        private void carve() {
            job.firstFree()
                    .ifPresent(range -> {
                        int from = range.getKey();
                        int to = random.nextInt(from + 1, range.getValue() + 1);
                        int shard = job.nextShard();
                        place(shard, 0, from, to);
                        Arrays.fill(marks, from, to, shard);
                    });
        }

        private void placeAgain() {
            if (!job.wanting().isEmpty()) {
                OpenShard shard = job.wanting().firstEntry().getValue();
                place(shard.index(), shard.attempts(), shard.from(), shard.to());
            }
        }

        private void place(int shard, int attempt, int from, int to) {
            Replica replica = replica(shard, attempt, owners++);
            job.place(replica, from, to);
            running.computeIfAbsent(shard, _ -> new ArrayList<>()).add(replica);
        }

        private void withdraw() {
            Replica replica = take();
            if (replica != null) {
                job.withdraw(replica.lease());
                int shard = replica.lease().shard();
                if (!running.containsKey(shard) && !votes.containsKey(shard)) {
                    Arrays.setAll(marks, i -> marks[i] == shard ? FREE : marks[i]);
                }
            }
        }

        private void answer() {
            Replica replica = take();
            if (replica == null) {
                return;
            }
            int index = replica.lease().shard();
            OpenShard shard = job.shard(index).orElseThrow();
            int from = shard.from();
            int to = shard.to();
            job.answer(replica.lease(), replica.owner(), from, to);
            if (votes.merge(index, 1, Integer::sum) >= quorum) {
                job.settle(index, from, to);
                votes.remove(index);
                running.remove(index);
                Arrays.fill(marks, from, to, SETTLED);
            }
        }

        private @Nullable Replica take() {
            if (running.isEmpty()) {
                return null;
            }
            var shards = List.copyOf(running.keySet());
            int shard = shards.get(random.nextInt(shards.size()));
            List<Replica> replicas = running.get(shard);
            if (replicas == null) {
                return null;
            }
            Replica replica = replicas.remove(random.nextInt(replicas.size()));
            if (replicas.isEmpty()) {
                running.remove(shard);
            }
            return replica;
        }

        void check() {
            long free = Arrays.stream(marks).filter(mark -> mark == FREE).count();
            long settled = Arrays.stream(marks).filter(mark -> mark == SETTLED).count();
            assertThat(job.freeUnits()).isEqualTo(3 * free);
            assertThat(job.settledItems()).isEqualTo((int) settled);
            assertThat(job.done()).isEqualTo(settled == marks.length);
            assertThat(job.firstFree().map(Map.Entry::getKey))
                    .isEqualTo(
                            IntStream.range(0, marks.length)
                                    .filter(i -> marks[i] == FREE)
                                    .boxed()
                                    .findFirst());
            var open = new boolean[marks.length];
            job.openRanges().forEach((from, to) -> Arrays.fill(open, from, to, true));
            for (int i = 0; i < marks.length; i++) {
                assertThat(open[i]).isEqualTo(marks[i] != SETTLED);
            }
            for (OpenShard shard : job.shards()) {
                for (int i = shard.from(); i < shard.to(); i++) {
                    assertThat(marks[i]).isEqualTo(shard.index());
                }
                int placed = running.getOrDefault(shard.index(), List.of()).size();
                int voted = votes.getOrDefault(shard.index(), 0);
                assertThat(shard.wanted() + placed + voted).isEqualTo(quorum);
                assertThat(job.wanting().containsKey(shard.index())).isEqualTo(shard.wanted() > 0);
            }
            assertThat(job.hasWork()).isEqualTo(free > 0 || !job.wanting().isEmpty());
        }
    }
}
