package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class SqlitePayloadsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final long MEBIBYTE = 1 << 20;
    private static final JobId JOB = new JobId(1);

    private static final Comparator<Kept> SAME_RESULT =
            Comparator.comparingInt(Kept::from)
                    .thenComparingInt(Kept::to)
                    .thenComparing(Kept::output, Arrays::compare);

    private final RandomEvents random = new RandomEvents(1);

    @TempDir Path folder;

    @Test
    void aFleetingJobLivesInMemoryUntilItIsForgotten() {
        try (var log = open(MEBIBYTE)) {
            SqlitePayloads payloads = log.payloads();
            List<byte[]> items = items(3);
            assertThat(payloads.stage(7, ItemKind.TEXT, items)).isTrue();
            payloads.admit(7, JOB);
            append(log, admitted(JOB, 3, false));
            assertThat(payloads.items(JOB, 1, 3)).contains(items.subList(1, 3));
            byte[] second = random.bytes(10);
            byte[] first = random.bytes(20);
            payloads.returned(lease(1, 0), second);
            payloads.returned(lease(0, 0), first);
            payloads.returned(lease(0, 1), random.bytes(5));
            assertThat(payloads.output(lease(1, 0))).contains(second);
            payloads.keep(lease(1, 0), 1, 3);
            payloads.keep(lease(0, 0), 0, 1);
            payloads.drop(lease(0, 1));
            assertThat(payloads.output(lease(0, 1))).isEmpty();
            assertThat(payloads.kept(JOB))
                    .usingElementComparator(SAME_RESULT)
                    .isEqualTo(List.of(new Kept(0, 1, first), new Kept(1, 3, second)));
            payloads.forget(JOB);
            assertThat(payloads.items(JOB, 0, 1)).isEmpty();
            assertThat(payloads.kept(JOB)).isEmpty();
            assertThat(payloads.bytes()).isZero();
        }
    }

    @Test
    void refusedOrLateBytesLeaveNothingBehind() {
        try (var log = open(MEBIBYTE)) {
            SqlitePayloads payloads = log.payloads();
            payloads.stage(1, ItemKind.TOKENS, items(5));
            payloads.stage(1, ItemKind.TOKENS, items(4));
            payloads.discard(1);
            payloads.discard(1);
            payloads.returned(lease(0, 0), random.bytes(9));
            payloads.returned(lease(0, 0), random.bytes(4));
            payloads.drop(lease(0, 0));
            payloads.drop(lease(0, 0));
            payloads.admit(99, JOB);
            payloads.keep(lease(3, 3), 0, 1);
            assertThat(payloads.bytes()).isZero();
        }
    }

    @Test
    void atTheLimitStagingSaysNoAndKeepsNothing() {
        try (var log = open(1_000)) {
            SqlitePayloads payloads = log.payloads();
            assertThat(payloads.stage(1, ItemKind.TEXT, List.of(new byte[900]))).isTrue();
            assertThat(payloads.stage(2, ItemKind.TEXT, List.of(new byte[900]))).isFalse();
            long held = payloads.bytes();
            assertThat(held).isBetween(900L, 1_000L);
            payloads.discard(1);
            assertThat(payloads.stage(2, ItemKind.TEXT, List.of(new byte[900]))).isTrue();
            assertThat(payloads.stage(3, ItemKind.TEXT, List.of(new byte[1_001]))).isFalse();
        }
    }

    @Test
    void atTheLimitInputsThatAreInTheFileMakeRoomAndStayReadable() {
        try (var log = open(20_000)) {
            SqlitePayloads payloads = log.payloads();
            List<byte[]> items = List.of(random.bytes(7_000), random.bytes(7_000));
            for (int i = 1; i <= 20; i++) {
                var job = new JobId(i);
                assertThat(payloads.stage(i, ItemKind.TEXT, items)).as("job " + i).isTrue();
                payloads.admit(i, job);
                append(log, admitted(job, 2, true));
                assertThat(payloads.bytes()).isLessThanOrEqualTo(20_000);
            }
            for (int i = 1; i <= 20; i++) {
                isReadBack(log, new JobId(i), items, 0, 2);
            }
        }
    }

    @Test
    void everyRangeOfADurableJobsItemsIsReadBack() {
        List<byte[]> items = items(5_000);
        try (var log = open(100 * MEBIBYTE)) {
            admit(log, items);
        }
        try (var log = open(100 * MEBIBYTE)) {
            log.replay(_ -> {});
            assertThat(rows("inputs")).isGreaterThan(3);
            for (int from = 0; from < items.size(); from += 499) {
                for (int to : List.of(from + 1, Math.min(items.size(), from + 1_700), 5_000)) {
                    isReadBack(log, JOB, items, from, to);
                }
            }
            assertThat(log.payloads().items(new JobId(2), 0, 1)).isEmpty();
        }
    }

    /** After a restart most shards are small parts of a run, of one job and another in turn. */
    @Test
    void aRunOfItemsIsReadOnceForNeighboursOfSeveralJobs() throws Exception {
        Map<JobId, List<byte[]>> jobs = new TreeMap<>();
        try (var log = open(100 * MEBIBYTE)) {
            for (int i = 1; i <= 5; i++) {
                var job = new JobId(i);
                List<byte[]> items =
                        IntStream.range(0, 10_000).mapToObj(_ -> random.bytes(1)).toList();
                jobs.put(job, items);
                admit(log, job, items);
            }
        }
        assertThat(rows("inputs")).isEqualTo(5 * 3);
        try (var log = open(100 * MEBIBYTE)) {
            log.replay(_ -> {});
            jobs.forEach((job, items) -> isReadBack(log, job, items, 0, 1));
            execute("UPDATE inputs SET payload = zeroblob(length(payload))");
            for (int from = 1; from < 3_000; from += 7) {
                for (Map.Entry<JobId, List<byte[]>> job : jobs.entrySet()) {
                    isReadBack(log, job.getKey(), job.getValue(), from, from + 1);
                }
            }
            assertThatThrownBy(() -> log.payloads().items(JOB, 9_999, 10_000))
                    .isInstanceOf(LogException.class);
        }
    }

    /** Whatever was read before, in runs of several sizes and of more jobs than runs are kept. */
    @Test
    void anyRangeOfAnyJobsItemsIsReadBack() {
        var place = new SplittableRandom(2);
        List<List<byte[]>> jobs = new ArrayList<>();
        try (var log = open(100 * MEBIBYTE)) {
            for (int i = 0; i < 40; i++) {
                List<byte[]> items = items(place.nextInt(1, 4_000));
                jobs.add(items);
                admit(log, new JobId(i + 1), items);
            }
        }
        try (var log = open(100 * MEBIBYTE)) {
            log.replay(_ -> {});
            for (int i = 0; i < 2_000; i++) {
                int job = place.nextInt(jobs.size());
                List<byte[]> items = jobs.get(job);
                int from = place.nextInt(items.size());
                int to = place.nextInt(from, items.size()) + 1;
                isReadBack(log, new JobId(job + 1), items, from, to);
            }
        }
    }

    private static void isReadBack(
            SqliteEventLog log, JobId job, List<byte[]> items, int from, int to) {
        assertThat(log.payloads().items(job, from, to).orElseThrow())
                .usingElementComparator(Arrays::compare)
                .isEqualTo(items.subList(from, to));
    }

    @Test
    void anAdmissionWithoutItsInputsFailsTheFlush() {
        try (var log = open(MEBIBYTE)) {
            log.append(List.of(admitted(JOB, 3, true)));
            assertThatThrownBy(log::flush)
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("expected the 3 inputs of durable job-1")
                    .hasMessageContaining("found none");
        }
        try (var log = open(MEBIBYTE)) {
            assertThat(log.position()).isZero();
        }
    }

    @Test
    void aVoteWithoutItsBytesFailsTheFlush() {
        try (var log = open(MEBIBYTE)) {
            admit(log, items(1));
            log.append(List.of(cast(lease(0, 0), 0, 1)));
            assertThatThrownBy(log::flush)
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining(lease(0, 0).toString());
        }
    }

    /**
     * A durable job of two shards with a quorum of two; after every step the files are copied as a
     * kill would leave them, and the copy must have all that the step before had made durable.
     */
    @Test
    void aKillBetweenAnyTwoStepsLosesNothingAcknowledged() throws IOException {
        List<byte[]> items = items(4);
        byte[] a0 = random.bytes(100);
        byte[] a1 = random.bytes(200);
        byte[] b0 = random.bytes(300);
        byte[] b1 = random.bytes(400);
        try (var log = open(MEBIBYTE)) {
            SqlitePayloads payloads = log.payloads();
            payloads.stage(1, ItemKind.TEXT, items);
            assertAfterKill(0, 0, List.of(), List.of());
            log.append(List.of(admitted(JOB, 4, true)));
            payloads.admit(1, JOB);
            assertAfterKill(0, 0, List.of(), List.of());
            log.flush();
            assertAfterKill(1, 4, List.of(), List.of());

            payloads.returned(lease(0, 0), a0);
            assertAfterKill(1, 4, List.of(), List.of());
            append(log, cast(lease(0, 0), 0, 2));
            assertAfterKill(2, 4, List.of(a0), List.of());

            payloads.returned(lease(0, 1), a1);
            payloads.returned(lease(1, 1), b1);
            append(log, cast(lease(0, 1), 0, 2), cast(lease(1, 1), 2, 4));
            assertAfterKill(4, 4, List.of(a0, a1, b1), List.of());

            log.append(List.of(settled(lease(0, 1), 0, 2, lease(0, 0))));
            assertAfterKill(4, 4, List.of(a0, a1, b1), List.of());
            log.flush();
            assertAfterKill(5, 4, List.of(a1, b1), List.of(new Kept(0, 2, a1)));
            payloads.keep(lease(0, 1), 0, 2);
            payloads.drop(lease(0, 0));
            assertAfterKill(5, 4, List.of(a1, b1), List.of(new Kept(0, 2, a1)));

            payloads.returned(lease(1, 0), b0);
            append(
                    log,
                    cast(lease(1, 0), 2, 4),
                    settled(lease(1, 0), 2, 4, lease(1, 1)),
                    new Event.JobEnded(
                            JOB, JobEnd.DONE, "", Optional.empty(), Optional.empty(), NOW));
            List<Kept> kept = List.of(new Kept(0, 2, a1), new Kept(2, 4, b0));
            assertAfterKill(8, 0, List.of(a1, b0), kept);
            payloads.keep(lease(1, 0), 2, 4);
            payloads.drop(lease(1, 1));
            assertThat(payloads.kept(JOB)).usingElementComparator(SAME_RESULT).isEqualTo(kept);
            payloads.forget(JOB);
            assertThat(payloads.kept(JOB)).usingElementComparator(SAME_RESULT).isEqualTo(kept);
            assertThat(payloads.bytes()).isZero();
        }
    }

    @Test
    void aQuorumOfOneNeedsNoVoteBeforeItsSettlement() throws IOException {
        try (var log = open(MEBIBYTE)) {
            admit(log, items(1));
            byte[] output = random.bytes(50);
            log.payloads().returned(lease(0, 0), output);
            append(log, settled(lease(0, 0), 0, 1));
            assertAfterKill(2, 1, List.of(output), List.of(new Kept(0, 1, output)));
        }
    }

    @Test
    void aDurableJobThatHasEndedTakesNoMemory() {
        try (var log = open(MEBIBYTE)) {
            admit(log, items(2));
            byte[] output = random.bytes(50);
            log.payloads().returned(lease(0, 0), output);
            append(log, settled(lease(0, 0), 0, 2));
            assertThat(log.payloads().bytes()).isPositive();
            append(
                    log,
                    new Event.JobEnded(
                            JOB, JobEnd.DONE, "", Optional.empty(), Optional.empty(), NOW));
            assertThat(log.payloads().bytes()).isZero();
            assertThat(log.payloads().kept(JOB))
                    .usingElementComparator(SAME_RESULT)
                    .isEqualTo(List.of(new Kept(0, 2, output)));
        }
    }

    @Test
    void votesOfACancelledJobGoAndItsKeptResultsStay() throws IOException {
        try (var log = open(MEBIBYTE)) {
            admit(log, items(2));
            byte[] kept = random.bytes(50);
            log.payloads().returned(lease(0, 0), kept);
            log.payloads().returned(lease(1, 0), random.bytes(60));
            append(log, settled(lease(0, 0), 0, 1), cast(lease(1, 0), 1, 2));
            append(
                    log,
                    new Event.JobEnded(
                            JOB, JobEnd.CANCELLED, "", Optional.empty(), Optional.empty(), NOW));
            assertThat(rows("outputs")).isEqualTo(1);
            assertAfterKill(4, 0, List.of(kept), List.of(new Kept(0, 1, kept)));
        }
    }

    @Test
    void manyInputsOfAnEndedJobAreDeletedAFewWithEachFlushAlsoAfterARestart() {
        List<byte[]> items =
                IntStream.range(0, 100).mapToObj(_ -> random.bytes(140 << 10)).toList();
        try (var log = open(100 * MEBIBYTE)) {
            admit(log, items);
            assertThat(rows("inputs")).isEqualTo(100);
            append(
                    log,
                    new Event.JobEnded(
                            JOB, JobEnd.CANCELLED, "", Optional.empty(), Optional.empty(), NOW));
            assertThat(rows("inputs")).isBetween(1L, 99L);
        }
        try (var log = open(100 * MEBIBYTE)) {
            log.replay(_ -> {});
            for (int i = 0; i < 10; i++) {
                append(log, admitted(new JobId(10 + i), 1, false));
            }
            assertThat(rows("inputs")).isZero();
            assertThat(rows("sweep")).isZero();
        }
    }

    @Test
    void damagedPayloadsAreAnErrorThatNamesThem() throws Exception {
        try (var log = open(MEBIBYTE)) {
            admit(log, items(2));
            log.payloads().returned(lease(0, 0), random.bytes(50));
            append(log, settled(lease(0, 0), 0, 1));
        }
        execute("UPDATE inputs SET payload = zeroblob(length(payload))");
        execute("UPDATE outputs SET payload = zeroblob(length(payload))");
        try (var log = open(MEBIBYTE)) {
            log.replay(_ -> {});
            assertThatThrownBy(() -> log.payloads().items(JOB, 0, 1))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("inputs of job-1");
            assertThatThrownBy(() -> log.payloads().kept(JOB))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("result of job-1");
        }
    }

    private void assertAfterKill(long position, int inputs, List<byte[]> outputs, List<Kept> kept)
            throws IOException {
        Path copy = Files.createTempDirectory(folder, "killed").resolve("coordinator.db");
        Files.copy(file(), copy);
        Path wal = Path.of(file() + "-wal");
        if (Files.exists(wal)) {
            Files.copy(wal, Path.of(copy + "-wal"));
        }
        try (var log = SqliteEventLog.open(copy, MEBIBYTE)) {
            assertThat(log.position()).isEqualTo(position);
            log.replay(_ -> {});
            int found = log.payloads().items(JOB, 0, Math.max(1, inputs)).map(List::size).orElse(0);
            assertThat(found).isEqualTo(inputs);
            List<byte[]> votes =
                    Stream.of(lease(0, 0), lease(0, 1), lease(1, 1), lease(1, 0))
                            .flatMap(lease -> log.payloads().output(lease).stream())
                            .toList();
            if (inputs > 0) {
                assertThat(votes).usingElementComparator(Arrays::compare).isEqualTo(outputs);
            }
            assertThat(log.payloads().kept(JOB))
                    .usingElementComparator(SAME_RESULT)
                    .isEqualTo(kept);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void admit(SqliteEventLog log, List<byte[]> items) {
        admit(log, JOB, items);
    }

    private static void admit(SqliteEventLog log, JobId job, List<byte[]> items) {
        log.payloads().stage(1, ItemKind.TEXT, items);
        log.payloads().admit(1, job);
        append(log, admitted(job, items.size(), true));
    }

    private static void append(SqliteEventLog log, Event.Durable... events) {
        log.append(List.of(events));
        log.flush();
    }

    private List<byte[]> items(int count) {
        return IntStream.range(0, count).mapToObj(i -> random.bytes(i % 200)).toList();
    }

    private static Event.JobAdmitted admitted(JobId job, int items, boolean durable) {
        return new Event.JobAdmitted(
                job,
                new ClientId("ann"),
                new ModelId("model"),
                Digest.of(),
                ItemKind.TEXT,
                WorkUnits.even(items, 5),
                1,
                Tier.BATCH,
                NOW,
                durable,
                Transaction.hold(job.toString(), "ann", Money.ofUnits(1)),
                NOW);
    }

    private static Event.BallotCast cast(Lease lease, int from, int to) {
        return new Event.BallotCast(JOB, lease.shard(), from, to, ballot(lease), NOW);
    }

    private static Event.ShardSettled settled(Lease lease, int from, int to, Lease... others) {
        var agreeing = new ArrayList<Ballot>();
        agreeing.add(ballot(lease));
        Stream.of(others).forEach(other -> agreeing.add(ballot(other)));
        return new Event.ShardSettled(
                JOB,
                lease.shard(),
                from,
                to,
                lease,
                agreeing,
                List.of(),
                List.of(),
                Transaction.hold(JOB.toString(), "ann", Money.ofUnits(1)),
                NOW);
    }

    private static Ballot ballot(Lease lease) {
        return new Ballot(
                lease,
                new NodeId("node-" + lease.attempt()),
                new OwnerId("owner-" + lease.attempt()),
                Digest.of(),
                Digest.of());
    }

    private static Lease lease(int shard, int attempt) {
        return new Lease(JOB, shard, attempt, 1);
    }

    private long rows(String table) {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return count.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(table, e);
        }
    }

    private Path file() {
        return folder.resolve("coordinator.db");
    }

    private SqliteEventLog open(long bytesMax) {
        return SqliteEventLog.open(file(), bytesMax);
    }
}
