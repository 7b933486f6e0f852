package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.ResultRetracted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.Event.StandingRestored;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What is drawn while nobody is there to audit it is audited by whoever comes in time. */
class LonelyTest {
    private boolean lying;
    private boolean auditing = true;

    /** A newcomer is audited on everything, and is alone; sooner or later somebody else comes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void auditsEveryDrawnResultOnceSomebodyCan(long seed) {
        var random = new Random(seed);
        SmallWorld world = alone(seed);
        JobId job = world.submit(20 + random.nextInt(60), Assurance.BULK, seed % 2 == 0);
        world.settle();
        Set<Integer> drawn = drawn(world, job);
        assertThat(drawn).hasSizeGreaterThan(15);

        world.pass(Duration.ofMinutes(random.nextInt(55)));
        world.arrive(4, "later");
        world.pass(Duration.ofMinutes(1));

        assertThat(audited(world, job)).isEqualTo(drawn);
        assertThat(ends(world, job)).containsExactly(JobEnd.DONE);
    }

    /** It waited until nobody was there; its client gets its money back, of an ended job, too. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void convictsWhoeverLiedWhileHeWasAlone(long seed) {
        lying = true;
        SmallWorld world = alone(seed);
        JobId job = world.submit(20, Assurance.STANDARD, seed % 2 == 0);
        world.settle();
        world.pass(Duration.ofMinutes(20));
        assertThat(ends(world, job)).containsExactly(JobEnd.DONE);

        world.arrive(4, "judge");
        world.pass(Duration.ofMinutes(1));

        world.isConvicted("alone");
        assertThat(world.all(ResultRetracted.class))
                .hasSize(20)
                .allMatch(retracted -> retracted.refund().isPresent());
    }

    /** The job does not wait for auditors who are not there; its audits do, and then they end. */
    @Test
    void endsADurableJobThatNobodyAuditsAndThenItsAudits() {
        SmallWorld world = alone(9);
        JobId job = world.submit(100, Assurance.STANDARD, true);
        world.settle();
        assertThat(ends(world, job)).isEmpty();
        world.pass(Duration.ofMinutes(2));
        assertThat(ends(world, job)).containsExactly(JobEnd.DONE);
        assertThat(auditsEnded(world)).isEmpty();

        world.pass(Duration.ofMinutes(60));

        assertThat(auditsEnded(world))
                .hasSize(100)
                .allMatch(ended -> ended.detail().equals("nobody was there to do it"));
    }

    /** As long as somebody who could do its audits is there, a durable job waits for them. */
    @Test
    void waitsForAuditorsWhoAreThere() {
        auditing = false;
        SmallWorld world = alone(10);
        world.arrive(64, "later");
        JobId job = world.submit(100, Assurance.STANDARD, true);
        world.settle();
        for (int i = 0; i < 3; i++) {
            world.pass(Duration.ofSeconds(45));
            world.arrive(64, "later"); // anew, before its leases end and it has to pause
        }
        assertThat(ends(world, job)).isEmpty();
        auditing = true;
        world.settle();
        assertThat(ends(world, job)).containsExactly(JobEnd.DONE);
    }

    /** The only auditor goes before he has looked: the audit waits for another one. */
    @Test
    void waitsOnWhenTheOnlyAuditorHasLeft() {
        auditing = false;
        SmallWorld world = alone(11);
        world.arrive(64, "later");
        JobId job = world.submit(100, Assurance.STANDARD, true);
        world.settle();
        world.leave("later");
        world.pass(Duration.ofMinutes(2));
        assertThat(ends(world, job)).containsExactly(JobEnd.DONE);
        auditing = true;
        world.pass(Duration.ofMinutes(20));
        world.arrive(4, "judge");
        world.pass(Duration.ofMinutes(1));

        assertThat(audited(world, job)).hasSizeGreaterThan(10).isEqualTo(drawn(world, job));
    }

    /**
     * An owner who is alone for long fills no memory, and no result of his is sure to be spared.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void thinsOutWhatWaits(long seed) {
        SmallWorld world = alone(seed);
        JobId job = world.submit(20_000, Assurance.STANDARD, false);
        world.settle();

        NavigableSet<Integer> waiting = opened(world, job);
        assertThat(waiting).hasSizeBetween(600, 1_500);
        assertThat(waiting.headSet(128)).hasSize(128);
        assertThat(waiting.tailSet(10_000)).hasSizeGreaterThan(30);
    }

    /** What was drawn and what of it was audited counts on through a crash. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void countsWhatWasDrawnAndNobodyAudited(long seed) {
        SmallWorld world = alone(seed);
        JobId job = world.submit(300, Assurance.BULK, seed % 2 == 0);
        world.settle();
        int drawn = drawn(world, job).size();
        assertThat(counts(world).unaudited(opened(world, job).size()))
                .isEqualTo(drawn - opened(world, job).size());
        isToldWhatIsCounted(world);

        world.arrive(4, "later");
        world.pass(Duration.ofMinutes(1));
        isToldWhatIsCounted(world);
        world.leave("later");
        world.submit(400, Assurance.STANDARD, seed % 2 == 0);
        world.settle();
        world.crash();
        world.pass(Duration.ofHours(2));

        long all =
                world.all(ShardSettled.class).stream()
                        .filter(settled -> settled.draw().audited())
                        .count();
        Standing.Counts counts = counts(world);
        assertThat(counts.drawn()).isEqualTo(all).isGreaterThan(drawn);
        assertThat(counts.audited()).isEqualTo(audited(world, job).size()).isPositive();
        assertThat(counts.unaudited(0)).isEqualTo(all - counts.audited());
        world.arrive(4, "alone");
        isToldWhatIsCounted(world);
    }

    private static void isToldWhatIsCounted(SmallWorld world) {
        CoordinatorMessage.Honesty told = world.told("alone").honesty();
        Standing.Counts counts = counts(world);
        assertThat(told.drawn()).isEqualTo(counts.drawn()).isPositive();
        assertThat(told.audited()).isEqualTo(counts.audited());
        long ended = auditsEnded(world).size();
        assertThat(told.auditsOpen()).isEqualTo(audits(world).size() - ended);
    }

    private static Standing.Counts counts(SmallWorld world) {
        return world.snapshot().stream()
                .filter(StandingRestored.class::isInstance)
                .map(StandingRestored.class::cast)
                .filter(restored -> restored.owner().value().equals("alone"))
                .findFirst()
                .orElseThrow()
                .standing()
                .counts();
    }

    private SmallWorld alone(long seed) {
        var world =
                new SmallWorld(
                        WithdrawalTest.withoutRingers(seed),
                        (owner, _, audit) ->
                                audit && !auditing && owner.equals("later")
                                        ? null
                                        : lying && owner.equals("alone")
                                                ? SmallWorld.WRONG
                                                : SmallWorld.RIGHT);
        world.enrol("alone", false, false);
        world.enrol("later", false, seed % 3 == 0);
        world.enrol("judge", false, true);
        world.arrive(64, "alone");
        return world;
    }

    private static List<JobEnd> ends(SmallWorld world, JobId job) {
        return world.all(JobEnded.class).stream()
                .filter(ended -> ended.job().equals(job))
                .map(JobEnded::end)
                .toList();
    }

    private static NavigableSet<Integer> drawn(SmallWorld world, JobId job) {
        var shards = new TreeSet<Integer>();
        for (ShardSettled settled : world.all(ShardSettled.class)) {
            if (settled.job().equals(job) && settled.draw().audited()) {
                shards.add(settled.shard());
            }
        }
        return shards;
    }

    private static NavigableSet<Integer> opened(SmallWorld world, JobId job) {
        var shards = new TreeSet<Integer>();
        for (JobAdmitted audit : world.all(JobAdmitted.class)) {
            audit.audit()
                    .filter(of -> of.job().equals(job))
                    .ifPresent(of -> shards.add(of.shard()));
        }
        return shards;
    }

    private static NavigableSet<JobId> audits(SmallWorld world) {
        var audits = new TreeSet<JobId>();
        world.all(JobAdmitted.class).stream()
                .filter(job -> job.audit().isPresent())
                .forEach(job -> audits.add(job.job()));
        return audits;
    }

    private static List<JobEnded> auditsEnded(SmallWorld world) {
        NavigableSet<JobId> audits = audits(world);
        return world.all(JobEnded.class).stream()
                .filter(ended -> audits.contains(ended.job()))
                .toList();
    }

    /** Shards of the job of which an audit came to its end. */
    private static NavigableSet<Integer> audited(SmallWorld world, JobId job) {
        var done = new TreeSet<JobId>();
        auditsEnded(world).stream()
                .filter(ended -> ended.end() == JobEnd.DONE)
                .forEach(ended -> done.add(ended.job()));
        var shards = new TreeSet<Integer>();
        for (JobAdmitted audit : world.all(JobAdmitted.class)) {
            audit.audit()
                    .filter(of -> of.job().equals(job) && done.contains(audit.job()))
                    .ifPresent(of -> shards.add(of.shard()));
        }
        return shards;
    }
}
