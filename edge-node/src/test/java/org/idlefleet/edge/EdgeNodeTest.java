package org.idlefleet.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Welcome;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class EdgeNodeTest {
    private final EdgeNode node = Samples.node(1, 2, 1);
    private Instant now = Instant.EPOCH;

    private List<Action> say(Signal signal) {
        return node.react(signal, now);
    }

    private List<Action> hear(CoordinatorMessage message) {
        return say(new Signal.Received(message));
    }

    private static List<NodeMessage> sent(List<Action> actions) {
        var sent = new ArrayList<NodeMessage>();
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                sent.add(send.message());
            }
        }
        return sent;
    }

    private void connect() {
        say(new Signal.Started());
        say(new Signal.LinkUp());
        hear(new Welcome(1, 1, Duration.ofSeconds(5), List.of(Samples.notice(Samples.MODEL))));
    }

    private void becomeReady() {
        connect();
        say(new Signal.GateOpened(Optional.empty()));
        say(new Signal.ModelFetched(Samples.MODEL));
        say(new Signal.ModelReady(Samples.MODEL, Samples.MANIFEST, 1000));
    }

    private Lease assign(int number) {
        Lease lease = Samples.lease(number, 1);
        hear(Samples.shard(lease, Samples.MODEL, 3));
        return lease;
    }

    @Test
    void greetsOffersAndThenRunsWhatItIsGiven() {
        assertThat(say(new Signal.Started())).containsExactly(new Action.Connect(Duration.ZERO));
        assertThat(sent(say(new Signal.LinkUp())))
                .singleElement()
                .isInstanceOf(NodeMessage.Hello.class);
        assertThat(
                        sent(
                                hear(
                                        new Welcome(
                                                1,
                                                1,
                                                Duration.ofSeconds(5),
                                                List.of(Samples.notice(Samples.MODEL))))))
                .containsExactly(new NodeMessage.Offer(0, Duration.ZERO, List.of()));
        assertThat(say(new Signal.GateOpened(Optional.of(now.plusSeconds(60)))))
                .containsExactly(new Action.PrepareModel(Samples.notice(Samples.MODEL)));
        assertThat(say(new Signal.ModelFetched(Samples.MODEL)))
                .containsExactly(new Action.LoadModel(Samples.MODEL));
        assertThat(sent(say(new Signal.ModelReady(Samples.MODEL, Samples.MANIFEST, 1000))))
                .containsExactly(
                        new NodeMessage.Offer(
                                2,
                                Duration.ofSeconds(60),
                                List.of(new NodeMessage.WarmModel(Samples.MODEL, 1000))));
        var shard = Samples.shard(Samples.lease(0, 1), Samples.MODEL, 3);
        assertThat(hear(shard)).containsExactly(new Action.StartShard(shard));
    }

    @Test
    void commitsToNonceAndOutput() {
        becomeReady();
        Lease lease = assign(0);
        byte[] output = {1, 2, 3};
        var result =
                (NodeMessage.Result)
                        sent(say(new Signal.ShardFinished(lease, output, Duration.ofMillis(5), 7)))
                                .getFirst();
        assertThat(result.commit()).isEqualTo(Digest.of(result.nonce(), output));
        assertThat(result.nonce()).hasSize(16);
        assertThat(result.batteryJoules()).isEqualTo(7);
    }

    @Test
    void sendsALargeOutputInPartsBehindItsCommit() {
        becomeReady();
        Lease lease = assign(0);
        var output = new byte[2 * EdgeNode.PART_BYTES + 1];
        List<NodeMessage> sent =
                sent(say(new Signal.ShardFinished(lease, output, Duration.ofSeconds(1))));
        assertThat(sent.getFirst()).isInstanceOf(NodeMessage.Commit.class);
        assertThat(sent.subList(1, sent.size()))
                .map(part -> (NodeMessage.ResultPart) part)
                .satisfiesExactly(
                        part -> assertThat(part.last()).isFalse(),
                        part -> assertThat(part.last()).isFalse(),
                        part -> {
                            assertThat(part.last()).isTrue();
                            assertThat(part.bytes()).hasSize(1);
                        });
    }

    @Test
    void releasesEverythingAtOnceWhenTheGateCloses() {
        becomeReady();
        Lease running = assign(0);
        Lease waiting = assign(1);
        assertThat(say(new Signal.GateClosed("driving")))
                .startsWith(
                        new Action.StopEngine(),
                        new Action.Send(new NodeMessage.Release(running, "driving")),
                        new Action.Send(new NodeMessage.Release(waiting, "driving")),
                        new Action.AbortShard(running));
        assertThat(node.view().held()).isEmpty();
    }

    @Test
    void startsNothingOnALaneThatIsStillBeingStopped() {
        becomeReady();
        Lease running = assign(0);
        say(new Signal.GateClosed("driving"));
        say(new Signal.GateOpened(Optional.empty()));
        var next = Samples.shard(Samples.lease(1, 1), Samples.MODEL, 1);
        assertThat(say(new Signal.ShardAborted(running)))
                .containsExactly(new Action.LoadModel(Samples.MODEL));
        say(new Signal.ModelReady(Samples.MODEL, Samples.MANIFEST, 1000));
        assertThat(hear(next)).containsExactly(new Action.StartShard(next));
    }

    @Test
    void loadsAgainWhatTheStoppedEngineHadLoaded() {
        becomeReady();
        say(new Signal.GateClosed("driving"));
        assertThat(node.view().models()).allMatch(model -> model.stage().equals("fetched"));
        assertThat(say(new Signal.GateOpened(Optional.empty())))
                .contains(new Action.LoadModel(Samples.MODEL))
                .doesNotHaveAnyElementsOfTypes(Action.StartShard.class);
    }

    @Test
    void stopsTheEngineOnceHoweverManyRulesFailOneAfterTheOther() {
        becomeReady();
        assertThat(say(new Signal.GateClosed("driving"))).contains(new Action.StopEngine());
        assertThat(say(new Signal.GateClosed("driving; ignition on"))).isEmpty();
    }

    @Test
    void waitsBeforeItLoadsIntoAnEngineThatBrokeDownAndReleasesWhatWaited() {
        becomeReady();
        Lease running = assign(0);
        Lease waiting = assign(1);
        assertThat(sent(say(new Signal.EngineEnded("the worker ended with exit code 139"))))
                .contains(new NodeMessage.Release(waiting, "the worker ended with exit code 139"))
                .noneMatch(NodeMessage.Refuse.class::isInstance);
        var broken = new Signal.ShardFailed(running, NodeMessage.RefuseReason.RUNTIME, "139");
        assertThat(sent(say(broken))).hasAtLeastOneElementOfType(NodeMessage.Refuse.class);
        now = now.plus(Models.RETRY_MIN);
        assertThat(say(new Signal.Tick()))
                .contains(new Action.PrepareModel(Samples.notice(Samples.MODEL)));
    }

    @Test
    void dropsWhatItHeldWhenTheLinkEndsAndConnectsAgain() {
        becomeReady();
        Lease running = assign(0);
        assertThat(say(new Signal.LinkDown("reset")))
                .containsExactly(
                        new Action.AbortShard(running), new Action.Connect(Duration.ofMillis(200)));
        assertThat(say(new Signal.ShardFinished(running, new byte[1], Duration.ZERO))).isEmpty();
    }

    @Test
    void refusesAModelItDoesNotHaveAndAShardWithoutItems() {
        becomeReady();
        Digest foreign = Digest.of(new byte[] {9});
        assertThat(sent(hear(Samples.shard(Samples.lease(0, 1), foreign, 1))))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Refuse.class,
                        refuse ->
                                assertThat(refuse.reason())
                                        .isEqualTo(NodeMessage.RefuseReason.MODEL));
        assertThat(sent(hear(Samples.shard(Samples.lease(1, 1), Samples.MODEL, 0))))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Refuse.class,
                        refuse ->
                                assertThat(refuse.reason())
                                        .isEqualTo(NodeMessage.RefuseReason.INPUT));
    }

    @Test
    void ignoresLeasesOfAnotherEpochAndRepeatedOnes() {
        becomeReady();
        assertThat(hear(Samples.shard(Samples.lease(0, 9), Samples.MODEL, 1))).isEmpty();
        Lease lease = assign(0);
        say(new Signal.ShardFinished(lease, new byte[1], Duration.ZERO));
        assertThat(hear(Samples.shard(lease, Samples.MODEL, 1))).isEmpty();
    }

    @Test
    void saysNothingForACancelledShard() {
        becomeReady();
        Lease running = assign(0);
        assertThat(hear(new CoordinatorMessage.Cancel(running)))
                .containsExactly(new Action.AbortShard(running));
        assertThat(say(new Signal.ShardAborted(running))).isEmpty();
    }

    @Test
    void beatsAtTheIntervalOfTheWelcome() {
        connect();
        assertThat(node.nextDeadline()).isEqualTo(now.plusSeconds(5));
        now = now.plusSeconds(5);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat());
        assertThat(node.nextDeadline()).isEqualTo(now.plusSeconds(5));
    }

    @Test
    void beatsAsRarelyAsTheWelcomeSaysWhileNobodyWaitsForAWordOfIt() {
        say(new Signal.Started());
        say(new Signal.LinkUp());
        var often = Duration.ofSeconds(5);
        var rarely = Duration.ofSeconds(30);
        hear(new Welcome(1, 1, often, rarely, List.of(Samples.notice(Samples.MODEL))));
        now = now.plus(often);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat());
        assertThat(node.nextDeadline()).isEqualTo(now.plus(rarely));

        say(new Signal.GateOpened(Optional.empty()));
        say(new Signal.ModelFetched(Samples.MODEL));
        say(new Signal.ModelReady(Samples.MODEL, Samples.MANIFEST, 1000));
        assertThat(node.nextDeadline()).as("it offers slots").isEqualTo(now.plus(often));
        Lease held = assign(0);
        say(new Signal.Finish());
        now = now.plus(often);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat());
        assertThat(node.nextDeadline()).as("it holds a shard").isEqualTo(now.plus(often));

        say(new Signal.ShardFinished(held, new byte[1], Duration.ZERO));
        now = now.plus(often);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat());
        assertThat(node.nextDeadline()).isEqualTo(now.plus(rarely));
    }

    @Test
    void takesNoWorkFromALedgerThatContradictsWhatItSaw() {
        becomeReady();
        Lease running = assign(0);
        var checkpoint = new CoordinatorMessage.Checkpoint("text", "key", 0, List.of());
        assertThat(hear(checkpoint)).containsExactly(new Action.PinCheckpoint(checkpoint));
        say(new Signal.LedgerPinned(7));
        now = now.plusSeconds(5);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat(7));

        assertThat(sent(say(new Signal.LedgerBroken("it had 7 entries, now it has 3"))))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Offer.class, offer -> assertThat(offer.slots()).isZero());
        assertThat(node.view().mode()).contains("taking no work: the ledger contradicts");
        assertThat(node.view().ledger())
                .isEqualTo(
                        new EdgeView.Ledger(
                                7, "it had 7 entries, now it has 3", EdgeView.Receipts.NONE));
        // What was taken before is finished and paid; nothing new is.
        assertThat(sent(say(new Signal.ShardFinished(running, new byte[1], Duration.ZERO))))
                .hasAtLeastOneElementOfType(NodeMessage.Result.class);
        assertThat(sent(hear(Samples.shard(Samples.lease(1, 1), Samples.MODEL, 1))))
                .hasOnlyElementsOfType(NodeMessage.Release.class)
                .hasSize(1);
        assertThat(sent(say(new Signal.LedgerPinned(3))))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Offer.class, offer -> assertThat(offer.slots()).isEqualTo(2));
    }

    @Test
    void asksWithEachHeartbeatForProofOfWhatItWasPromised() {
        becomeReady();
        var owed = new CoordinatorMessage.Receipts("receipts");
        var entries = new CoordinatorMessage.Entries(7, List.of("entry"));
        assertThat(hear(owed)).containsExactly(new Action.KeepReceipts(owed));
        assertThat(hear(entries)).containsExactly(new Action.CheckEntries(entries));
        say(new Signal.LedgerPinned(7));
        var counts = new EdgeView.Receipts(0, 2, 0, 1, 0, Optional.empty(), "");
        say(new Signal.ReceiptsHeld(counts, List.of("settle/1/0", "settle/1/1")));
        assertThat(node.view().ledger().receipts()).isEqualTo(counts);

        now = now.plusSeconds(5);
        assertThat(sent(say(new Signal.Tick())))
                .containsExactly(
                        new NodeMessage.Heartbeat(7),
                        new NodeMessage.AskEntries(7, List.of("settle/1/0", "settle/1/1")));

        say(new Signal.ReceiptsHeld(EdgeView.Receipts.NONE, List.of()));
        now = now.plusSeconds(5);
        assertThat(sent(say(new Signal.Tick()))).containsExactly(new NodeMessage.Heartbeat(7));
    }

    @Test
    void givesUpOnACoordinatorThatDoesNotAnswerTheHello() {
        say(new Signal.Started());
        say(new Signal.LinkUp());
        now = node.nextDeadline();
        assertThat(say(new Signal.Tick()))
                .containsExactly(new Action.Disconnect("no welcome within 10 s"));
    }

    @Test
    void refusesAProtocolVersionItDoesNotSpeak() {
        say(new Signal.Started());
        say(new Signal.LinkUp());
        assertThat(hear(new Welcome(99, 1, Duration.ofSeconds(5), List.of())))
                .singleElement()
                .isInstanceOf(Action.Disconnect.class);
    }

    @Test
    void finishesWhatItHoldsBeforeItExits() {
        becomeReady();
        Lease running = assign(0);
        assertThat(sent(say(new Signal.Shutdown(Duration.ofSeconds(30)))))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Offer.class, offer -> assertThat(offer.slots()).isZero());
        List<Action> actions =
                say(new Signal.ShardFinished(running, new byte[1], Duration.ofMillis(1)));
        assertThat(sent(actions)).hasAtLeastOneElementOfType(NodeMessage.Result.class);
        assertThat(actions).last().isInstanceOf(Action.Exit.class);
    }

    @Test
    void releasesTheRestWhenTheTimeToFinishIsOver() {
        becomeReady();
        Lease running = assign(0);
        say(new Signal.Shutdown(Duration.ofSeconds(30)));
        now = now.plusSeconds(30);
        List<Action> actions = say(new Signal.Tick());
        assertThat(sent(actions)).contains(new NodeMessage.Release(running, "the node shuts down"));
        assertThat(actions).contains(new Action.AbortShard(running));
        assertThat(actions).last().isInstanceOf(Action.Exit.class);
    }

    @Test
    void comesBackAfterTheTimeTheCoordinatorAskedFor() {
        becomeReady();
        assertThat(hear(new CoordinatorMessage.Drain("restart", Duration.ofSeconds(7))))
                .last()
                .isInstanceOf(Action.Disconnect.class);
        assertThat(say(new Signal.LinkDown("closed")))
                .containsExactly(new Action.Connect(Duration.ofSeconds(7)));
        assertThat(node.view().linkReason())
                .isEqualTo("the coordinator sends this node away: restart");
    }

    @Test
    void comesBackAsLateAsItIsToldIfItIsNotTakenIn() {
        say(new Signal.Started());
        say(new Signal.LinkUp());
        assertThat(hear(new CoordinatorMessage.Drain("convicted", Duration.ofSeconds(60))))
                .isEmpty();
        assertThat(say(new Signal.LinkDown("convicted")))
                .containsExactly(new Action.Connect(Duration.ofSeconds(60)));
        assertThat(node.view().linkReason())
                .isEqualTo("the coordinator sends this node away: convicted");
    }

    @Test
    void fetchesAModelPieceByPieceAndOnlyWhileTheGateIsOpen() {
        connect();
        say(new Signal.GateOpened(Optional.empty()));
        assertThat(sent(say(new Signal.ModelWants(Samples.MODEL, new Signal.Want.ManifestOf()))))
                .containsExactly(new NodeMessage.FetchManifest(Samples.MODEL));
        var manifest = new CoordinatorMessage.ManifestBytes(Samples.MODEL, new byte[1]);
        assertThat(hear(manifest)).containsExactly(new Action.StorePiece(Samples.MODEL, manifest));
        assertThat(hear(manifest)).as("a second copy nobody asked for").isEmpty();
        say(new Signal.GateClosed("driving"));
        Digest file = Digest.of(new byte[] {3});
        assertThat(
                        sent(
                                say(
                                        new Signal.ModelWants(
                                                Samples.MODEL,
                                                new Signal.Want.PieceOf(file, 0, 10)))))
                .isEmpty();
        assertThat(sent(say(new Signal.GateOpened(Optional.empty()))))
                .contains(new NodeMessage.FetchChunk(file, 0, 10));
        now = now.plus(Models.PIECE_LIMIT);
        assertThat(sent(say(new Signal.Tick())))
                .as("asked again when it does not come")
                .contains(new NodeMessage.FetchChunk(file, 0, 10));
    }

    @Test
    void loadsAgainAfterTheGateInterruptedTheSelfTest() {
        connect();
        say(new Signal.GateOpened(Optional.empty()));
        say(new Signal.ModelFetched(Samples.MODEL));
        assertThat(say(new Signal.GateClosed("driving")))
                .contains(new Action.AbandonModel(Samples.MODEL));
        say(new Signal.ModelFailed(Samples.MODEL, "stopped", true));
        assertThat(say(new Signal.GateOpened(Optional.empty())))
                .contains(new Action.LoadModel(Samples.MODEL));
    }

    @Test
    void makesAModelProveItselfAgainAfterThreeFailuresOfTheRuntime() {
        becomeReady();
        for (int i = 0; i < 2; i++) {
            say(new Signal.ShardFailed(assign(i), NodeMessage.RefuseReason.RUNTIME, "broken"));
        }
        assertThat(
                        say(
                                new Signal.ShardFailed(
                                        assign(2), NodeMessage.RefuseReason.RUNTIME, "broken")))
                .contains(new Action.LoadModel(Samples.MODEL));
    }

    @Test
    void offersAnewWhenItsSpeedMovedNoticeably() {
        becomeReady();
        Lease lease = assign(0);
        // 3 items of 40 bytes are 3 * 14 work units: 4.2 a second, offered 1000.
        assertThat(sent(say(new Signal.ShardFinished(lease, new byte[1], Duration.ofSeconds(10)))))
                .hasAtLeastOneElementOfType(NodeMessage.Offer.class);
        assertThat(node.view().models().getFirst().workUnitsPerSecond()).isBetween(700.0, 702.0);
    }

    @Test
    void takesNoNewWorkWhileTheOwnerWantsItToFinish() {
        becomeReady();
        say(new Signal.Finish());
        assertThat(sent(hear(Samples.shard(Samples.lease(0, 1), Samples.MODEL, 1))))
                .singleElement()
                .isInstanceOf(NodeMessage.Release.class);
        assertThat(sent(say(new Signal.Resume())))
                .singleElement()
                .isInstanceOfSatisfying(
                        NodeMessage.Offer.class, offer -> assertThat(offer.slots()).isEqualTo(2));
    }
}
