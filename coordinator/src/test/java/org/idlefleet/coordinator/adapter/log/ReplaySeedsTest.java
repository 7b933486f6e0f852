package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Event.JobRestored;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A coordinator on this log, by seeds: what a crash leaves is what it knew. */
class ReplaySeedsTest {
    private static final int SEEDS = 20;
    private static final int LIVES = 4;
    private static final int STEPS = 60;
    private static final Instant ANY = Instant.EPOCH;

    @TempDir Path folder;

    @Test
    void aReplayKnowsWhatTheProcessKnewThatCrashed() {
        var ends = new TreeMap<JobEnd, Long>();
        int kept = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            CoordinatorStory story = live(seed);
            for (JobEnd end : JobEnd.values()) {
                ends.merge(end, story.endedJobs(end), Long::sum);
            }
            kept += story.keptChecked();
        }
        assertThat(kept).as("kept results looked at").isGreaterThan(200);
        assertThat(ends.get(JobEnd.DONE)).isPositive();
        assertThat(ends.get(JobEnd.CANCELLED)).isPositive();
        assertThat(ends.get(JobEnd.DEADLINE)).isPositive();
        assertThat(ends.get(JobEnd.RESTART)).isPositive();
    }

    private CoordinatorStory live(long seed) {
        Path file = folder.resolve("seed-" + seed + ".db");
        var chance = new SplittableRandom(~seed);
        SqliteEventLog log = CoordinatorStory.open(file);
        var story = new CoordinatorStory(seed, log);
        for (int life = 0; life < LIVES; life++) {
            for (int step = 0; step < STEPS; step++) {
                story.step();
                if (chance.nextInt(100) == 0) {
                    story.snapshot();
                }
            }
            story.rest();
            List<Event.Durable> before = story.state();
            log.close();
            log = CoordinatorStory.open(file);
            assertSame(before, replayed(log), seed);
            assertSame(before, fromTheFirstEvent(log), seed);
            assertHistoryOfJobsIsInTheLog(log, seed);
            story.restart(log);
        }
        log.close();
        return story;
    }

    private static Coordinator replayed(SqliteEventLog log) {
        Coordinator coordinator = CoordinatorStory.coordinator();
        log.replay(coordinator::apply);
        return coordinator;
    }

    private static Coordinator fromTheFirstEvent(SqliteEventLog log) {
        Coordinator coordinator = CoordinatorStory.coordinator();
        log.read(0, (_, event) -> coordinator.apply(event));
        return coordinator;
    }

    private static void assertSame(List<Event.Durable> before, Coordinator after, long seed) {
        assertThat(comparable(after.snapshot(ANY)))
                .as("seed " + seed)
                .isEqualTo(comparable(before));
        assertThat(after.bookTotal()).isEqualTo(Money.ZERO);
    }

    /**
     * Without what only says when the snapshot was taken, and without the number of the next shard:
     * shards that nobody answered are forgotten by a crash, so their numbers are used again.
     */
    private static List<Event.Durable> comparable(List<Event.Durable> state) {
        return state.stream().map(ReplaySeedsTest::comparable).toList();
    }

    private static Event.Durable comparable(Event.Durable event) {
        return switch (event) {
            case Event.LifeBegan began -> new Event.LifeBegan(began.epoch(), ANY);
            case Event.BallotCast cast ->
                    new Event.BallotCast(
                            cast.job(),
                            cast.shard(),
                            cast.from(),
                            cast.to(),
                            cast.ballot(),
                            cast.delivery(),
                            ANY);
            case JobRestored job -> new JobRestored(job.admitted(), job.paid(), 0, job.settled());
            default -> event;
        };
    }

    private static void assertHistoryOfJobsIsInTheLog(SqliteEventLog log, long seed) {
        Map<Long, List<Event.Durable>> histories = new TreeMap<>();
        log.read(
                0,
                (_, event) -> {
                    switch (event) {
                        case Event.JobAdmitted e -> add(histories, e.job().number(), e);
                        case Event.BallotCast e -> add(histories, e.job().number(), e);
                        case Event.ShardSettled e -> add(histories, e.job().number(), e);
                        case Event.JobEnded e -> add(histories, e.job().number(), e);
                        default -> {}
                    }
                });
        assertThat(histories).isNotEmpty();
        histories.forEach((job, history) ->
                assertThat(log.ofJob(new JobId(job)))
                        .as("seed %s, job %s", seed, job)
                        .isEqualTo(history));
    }

    private static void add(
            Map<Long, List<Event.Durable>> histories, long job, Event.Durable event) {
        histories.computeIfAbsent(job, _ -> new ArrayList<>()).add(event);
    }
}
