package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.EventLog;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** When the loop makes durable what it decided: before anybody relies on it. */
class FlushTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final ClientId CLIENT = new ClientId("client");
    private static final OwnerId OWNER = new OwnerId("owner");
    private static final Digest TOKEN = Digest.of(new byte[] {7});
    private static final ModelSpec MODEL =
            new ModelSpec(
                    new ModelId("model"),
                    Digest.of(new byte[1]),
                    1,
                    16,
                    1,
                    new ModelManifest.Comparator(1, 0.01),
                    1_000);

    private final Disk disk = new Disk();
    private final List<Send> sent = new ArrayList<>();
    private final CoordinatorLoop loop =
            new CoordinatorLoop(new Coordinator(Policy.standard(1)), disk, sent::add, _ -> {});

    /** Counts; keeps nothing. */
    private static final class Disk implements EventLog {
        private int waiting;
        private int flushes;

        @Override
        public void append(List<Event.Durable> events) {
            waiting += events.size();
        }

        @Override
        public void flush() {
            waiting = 0;
            flushes++;
        }

        @Override
        public void snapshot(List<Event.Durable> state) {
            assertThat(waiting).isZero();
        }

        @Override
        public void replay(Consumer<Event.Durable> reader) {}
    }

    @BeforeEach
    void aClientWhoCanPayAndANodeThatWaits() {
        loop.begin(NOW);
        loop.step(
                List.of(
                        new Command.RegisterModel(1, MODEL),
                        new Command.FundClient(2, CLIENT, Money.ofUnits(1), "prepaid"),
                        new Command.IssueToken(3, OWNER, TOKEN, NOW.plusSeconds(60)),
                        new Command.RedeemToken(4, TOKEN, Digest.of(new byte[] {8}))),
                NOW);
        NodeId node =
                sent.stream()
                        .filter(Send.Reply.class::isInstance)
                        .map(send -> ((Send.Reply) send).answer())
                        .filter(Answer.Enrolled.class::isInstance)
                        .map(answer -> ((Answer.Enrolled) answer).node())
                        .findFirst()
                        .orElseThrow();
        loop.step(
                List.of(
                        new Command.NodeArrived(
                                1,
                                node,
                                OWNER,
                                "10.0",
                                new NumericClass("ort", "CPU", "int8", "x86"),
                                1 << 20),
                        new Command.NodeOffered(
                                1, 2, Duration.ZERO, List.of(new WarmModel(MODEL.manifest(), 10)))),
                NOW);
        sent.clear();
        disk.flushes = 0;
    }

    @Test
    void letsANodeBeginOnARequestBeforeItsJobIsDurable() {
        loop.step(List.of(submit(false)), NOW);

        assertThat(sent).anyMatch(Send.Assign.class::isInstance);
        assertThat(disk.flushes).isZero();
        assertThat(disk.waiting).isPositive();
    }

    @Test
    void makesADurableJobDurableBeforeAnythingLeaves() {
        loop.step(List.of(submit(true)), NOW);

        assertThat(sent).anyMatch(Send.Assign.class::isInstance);
        assertThat(disk.flushes).isEqualTo(1);
        assertThat(disk.waiting).isZero();
    }

    @Test
    void showsOnlyWhatIsDurable() {
        loop.step(List.of(submit(false)), NOW);
        loop.step(List.of(new Command.Look(6, new Query.OfLoad())), NOW);

        assertThat(disk.waiting).isZero();
    }

    @Test
    void leavesNothingBehindForLong() {
        loop.step(List.of(submit(false)), NOW);
        Duration wait = loop.idle(NOW, Duration.ofSeconds(1));
        loop.step(List.of(), NOW.plus(wait));

        assertThat(wait).isLessThanOrEqualTo(Duration.ofMillis(20));
        assertThat(disk.waiting).isZero();
    }

    @Test
    void takesASnapshotOfWhatIsDurable() {
        loop.step(List.of(submit(false)), NOW);
        loop.snapshot(NOW);

        assertThat(disk.flushes).isEqualTo(1);
    }

    private static Command submit(boolean durable) {
        return new Command.SubmitJob(
                5,
                CLIENT,
                new JobRequest(
                        MODEL.model(),
                        ItemKind.TEXT,
                        WorkUnits.of(new int[] {5}),
                        1,
                        Tier.INTERACTIVE,
                        NOW.plusSeconds(60),
                        durable));
    }
}
