package org.idlefleet.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.CoordinatorMessage.Welcome;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/** Random signals in any order: what must never happen does not, whatever the seed. */
class EdgeNodeStormTest {
    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsItsPromises(long seed) {
        var storm = new Storm(seed);
        storm.run(2000);
        storm.calm();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void reactsTheSameWayTwice(long seed) {
        var one = new Storm(seed);
        var two = new Storm(seed);
        one.run(200);
        two.run(200);
        assertThat(one.trace.toString()).isEqualTo(two.trace.toString());
    }

    @Test
    void stormsReachTheCorners() {
        var reached = new EnumMap<Corner, Integer>(Corner.class);
        seeds().forEach(seed -> {
            var storm = new Storm(seed);
            storm.run(2000);
            storm.reached.forEach((corner, n) -> reached.merge(corner, n, Integer::sum));
        });
        assertThat(reached).containsOnlyKeys(Corner.values());
    }

    private enum Corner {
        RESULT,
        RELEASE,
        REFUSE,
        CANCELLED,
        LINK_LOST_WITH_WORK,
        CLOSED_WHILE_COMPUTING,
        CLOSED_WHILE_LOADING,
        LATE_RESULT,
        QUEUED,
        DRAINED,
        ENGINE_BROKE_DOWN,
        EXIT_WITH_WORK
    }

    /** A coordinator, an engine and a store that do anything they may. */
    private static final class Storm {
        private static final List<Digest> MODELS =
                List.of(Samples.MODEL, Digest.of(new byte[] {8}), Digest.of(new byte[] {9}));

        private static final List<NodeMessage.RefuseReason> REASONS =
                List.of(NodeMessage.RefuseReason.values());

        final Random random;
        final int lanes;
        final int slots;
        final EdgeNode node;
        final StringBuilder trace = new StringBuilder();
        final Map<Corner, Integer> reached = new EnumMap<>(Corner.class);

        Instant now = Instant.EPOCH;
        boolean linkUp;
        boolean connecting;
        boolean closing;
        boolean welcomed;
        boolean gateOpen;
        boolean exited;
        int epoch = 1;
        int nextShard;
        final Set<Lease> owed = new LinkedHashSet<>();
        final Set<Lease> answered = new HashSet<>();
        final Set<Lease> cancelled = new HashSet<>();
        final Set<Lease> engine = new LinkedHashSet<>();
        final Set<Lease> aborted = new HashSet<>();
        final Set<Digest> loading = new LinkedHashSet<>();
        final Set<Digest> doomed = new HashSet<>();
        final Set<Digest> warm = new HashSet<>();
        final Set<Digest> preparing = new LinkedHashSet<>();

        Storm(long seed) {
            random = new Random(seed);
            lanes = 1 + random.nextInt(3);
            slots = lanes + random.nextInt(4);
            node = Samples.node(lanes, slots, seed);
            say(new Signal.Started());
        }

        void run(int steps) {
            for (int i = 0; i < steps && !exited; i++) {
                now = now.plusMillis(random.nextInt(400));
                Signal signal = draw();
                if (signal != null) {
                    say(signal);
                }
            }
        }

        /** Afterwards all is well and stays well: what is owed is answered, work gets done. */
        void calm() {
            if (exited) {
                return;
            }
            say(new Signal.Resume());
            for (int i = 0; i < 400; i++) {
                now = now.plusSeconds(60);
                if (connecting) {
                    linkUp();
                } else if (closing || !linkUp) {
                    linkDown();
                } else if (!welcomed) {
                    welcome();
                }
                if (!gateOpen) {
                    gateOpen = true;
                    say(new Signal.GateOpened(Optional.empty()));
                }
                for (Lease lease : List.copyOf(engine)) {
                    engineAnswer(
                            lease,
                            new Signal.ShardFinished(lease, new byte[1], Duration.ofMillis(1)));
                }
                for (Digest model : List.copyOf(preparing)) {
                    preparing.remove(model);
                    say(new Signal.ModelFetched(model));
                }
                for (Digest model : List.copyOf(loading)) {
                    loading.remove(model);
                    say(new Signal.ModelReady(model, Samples.MANIFEST, 100));
                }
                say(new Signal.Tick());
            }
            assertThat(owed).isEmpty();
            assertThat(node.view().models()).allMatch(model -> model.stage().equals("warm"));
            assign(MODELS.getFirst(), 1);
            assertThat(engine).hasSize(1);
        }

        private @Nullable Signal draw() {
            return switch (random.nextInt(20)) {
                case 0 -> gate();
                case 1, 2 -> link();
                case 3 -> greet();
                case 4, 5, 6, 7, 8 -> work();
                case 9 -> cancel();
                case 10, 11, 12 -> engine();
                case 13, 14 -> store();
                case 15 -> wish();
                case 16 ->
                        random.nextInt(200) == 0
                                ? new Signal.Shutdown(Duration.ofSeconds(random.nextInt(5)))
                                : null;
                default -> new Signal.Tick();
            };
        }

        private Signal gate() {
            gateOpen = !gateOpen;
            if (!gateOpen && !engine.isEmpty()) {
                reach(Corner.CLOSED_WHILE_COMPUTING);
            }
            if (!gateOpen && !loading.isEmpty()) {
                reach(Corner.CLOSED_WHILE_LOADING);
            }
            if (!gateOpen) {
                return new Signal.GateClosed("a rule");
            }
            return new Signal.GateOpened(
                    random.nextBoolean()
                            ? Optional.of(now.plusSeconds(random.nextInt(100)))
                            : Optional.empty());
        }

        private @Nullable Signal link() {
            if (connecting && random.nextInt(4) > 0) {
                linkUp();
            } else if (connecting || linkUp && random.nextInt(4) == 0) {
                linkDown();
            }
            return null;
        }

        private @Nullable Signal greet() {
            if (linkUp && !welcomed && !closing) {
                welcome();
            }
            return null;
        }

        private @Nullable Signal work() {
            if (welcomed && !closing) {
                Digest model = MODELS.get(random.nextInt(MODELS.size()));
                assign(model, random.nextInt(20) == 0 ? 0 : 1);
            }
            return null;
        }

        private @Nullable Signal cancel() {
            if (!welcomed || closing || owed.isEmpty() || random.nextInt(3) > 0) {
                return null;
            }
            Lease lease = pick(owed);
            owed.remove(lease);
            cancelled.add(lease);
            reach(Corner.CANCELLED);
            return new Signal.Received(new CoordinatorMessage.Cancel(lease));
        }

        private @Nullable Signal engine() {
            if (random.nextInt(20) == 0) {
                reach(Corner.ENGINE_BROKE_DOWN);
                return new Signal.EngineEnded("exit code 139");
            }
            if (engine.isEmpty()) {
                return null;
            }
            Lease lease = pick(engine);
            engine.remove(lease);
            if (aborted.contains(lease) && random.nextInt(3) > 0) {
                return new Signal.ShardAborted(lease);
            }
            if (aborted.contains(lease)) {
                reach(Corner.LATE_RESULT);
            }
            if (random.nextInt(4) == 0) {
                return new Signal.ShardFailed(lease, REASONS.get(random.nextInt(4)), "no");
            }
            return new Signal.ShardFinished(
                    lease, new byte[random.nextInt(9)], Duration.ofMillis(random.nextInt(3000)));
        }

        private Signal wish() {
            if (welcomed && !closing && random.nextInt(10) == 0) {
                reach(Corner.DRAINED);
                return new Signal.Received(
                        new CoordinatorMessage.Drain("restart", Duration.ofSeconds(1)));
            }
            return random.nextBoolean() ? new Signal.Finish() : new Signal.Resume();
        }

        private @Nullable Signal store() {
            if (!loading.isEmpty() && random.nextBoolean()) {
                Digest model = pick(loading);
                loading.remove(model);
                return random.nextInt(3) == 0
                        ? new Signal.ModelFailed(model, "broken", true)
                        : new Signal.ModelReady(model, Samples.MANIFEST, 100);
            }
            if (!preparing.isEmpty()) {
                Digest model = pick(preparing);
                preparing.remove(model);
                return random.nextInt(3) == 0
                        ? new Signal.ModelFailed(model, "disk full", true)
                        : new Signal.ModelFetched(model);
            }
            return null;
        }

        private void linkUp() {
            connecting = false;
            linkUp = true;
            say(new Signal.LinkUp());
        }

        private void linkDown() {
            if (!owed.isEmpty()) {
                reach(Corner.LINK_LOST_WITH_WORK);
            }
            connecting = false;
            linkUp = false;
            welcomed = false;
            closing = false;
            owed.clear();
            say(new Signal.LinkDown("lost"));
        }

        private void welcome() {
            welcomed = true;
            epoch++;
            say(
                    new Signal.Received(
                            new Welcome(
                                    1,
                                    epoch,
                                    Duration.ofSeconds(2),
                                    MODELS.stream().map(Samples::notice).toList())));
        }

        private void assign(Digest model, int items) {
            Assign shard = Samples.shard(Samples.lease(nextShard++, epoch), model, items);
            owed.add(shard.lease());
            say(new Signal.Received(shard));
            if (random.nextInt(5) == 0 && welcomed) {
                say(new Signal.Received(shard));
            }
        }

        private void engineAnswer(Lease lease, Signal answer) {
            engine.remove(lease);
            say(answer);
        }

        /** What the engine holds: nothing of what it had when it was stopped or broke down. */
        private void hold(Signal signal) {
            if (signal instanceof Signal.EngineEnded) {
                warm.clear();
            }
            if (signal instanceof Signal.ModelReady ready && !doomed.remove(ready.manifest())) {
                warm.add(ready.manifest());
            }
            if (signal instanceof Signal.ModelFailed failed) {
                doomed.remove(failed.manifest());
            }
        }

        private void say(Signal signal) {
            hold(signal);
            List<Action> actions = node.react(signal, now);
            trace.append(signal.getClass().getSimpleName()).append(" -> ");
            actions.forEach(action -> trace.append(action.getClass().getSimpleName()).append(' '));
            trace.append('\n');
            actions.forEach(this::check);
            assertThat(node.nextDeadline())
                    .as("a deadline that passed was dealt with")
                    .isAfter(now);
            assertThat(node.view().held()).hasSizeLessThanOrEqualTo(slots);
            if (node.view().held().size() > engine.size()) {
                reach(Corner.QUEUED);
            }
        }

        private void check(Action action) {
            assertThat(exited).as("nothing is done after the exit").isFalse();
            switch (action) {
                case Action.Connect _ -> connecting = true;
                case Action.Disconnect _ -> closing = true;
                case Action.Send send -> answer(send.message());
                case Action.StartShard start -> {
                    assertThat(gateOpen).as("computes only while the gate is open").isTrue();
                    assertThat(warm).contains(start.shard().manifest());
                    assertThat(engine.add(start.shard().lease())).isTrue();
                    aborted.remove(start.shard().lease());
                    assertThat(engine.size() + loading.size()).isLessThanOrEqualTo(lanes);
                }
                case Action.AbortShard abort -> {
                    assertThat(engine).contains(abort.lease());
                    aborted.add(abort.lease());
                }
                case Action.PrepareModel prepare -> {
                    assertThat(preparing.add(prepare.notice().manifest())).isTrue();
                    assertThat(preparing).hasSize(1);
                }
                case Action.StopEngine _ -> {
                    assertThat(gateOpen).as("stops only when the gate closes").isFalse();
                    warm.clear();
                    doomed.addAll(loading);
                }
                case Action.StorePiece _,
                        Action.AbandonModel _,
                        Action.PinCheckpoint _,
                        Action.KeepReceipts _,
                        Action.CheckEntries _ -> {}
                case Action.LoadModel load -> {
                    assertThat(gateOpen).isTrue();
                    assertThat(loading.add(load.manifest())).isTrue();
                    assertThat(engine.size() + loading.size()).isLessThanOrEqualTo(lanes);
                }
                case Action.Exit _ -> {
                    exited = true;
                    assertThat(owed).as("what was held at the exit is released").isEmpty();
                    if (!engine.isEmpty()) {
                        reach(Corner.EXIT_WITH_WORK);
                    }
                }
            }
        }

        private void answer(NodeMessage message) {
            assertThat(linkUp && !closing).as("says nothing without a connection").isTrue();
            Lease lease =
                    switch (message) {
                        case NodeMessage.Result result -> {
                            reach(Corner.RESULT);
                            assertThat(gateOpen).isTrue();
                            yield result.lease();
                        }
                        case NodeMessage.Release release -> {
                            reach(Corner.RELEASE);
                            yield release.lease();
                        }
                        case NodeMessage.Refuse refuse -> {
                            reach(Corner.REFUSE);
                            yield refuse.lease();
                        }
                        case NodeMessage.Offer offer -> {
                            assertThat(offer.slots()).isIn(0, slots);
                            assertThat(offer.slots() > 0 && !gateOpen).isFalse();
                            yield null;
                        }
                        case NodeMessage.Hello _,
                                NodeMessage.Heartbeat _,
                                NodeMessage.AskEntries _,
                                NodeMessage.Commit _,
                                NodeMessage.ResultPart _,
                                NodeMessage.Partial _,
                                NodeMessage.FetchChunk _,
                                NodeMessage.FetchManifest _ ->
                                null;
                    };
            if (lease != null) {
                assertThat(owed.remove(lease))
                        .as("%s is answered once, while owed", lease)
                        .isTrue();
                assertThat(answered.add(lease)).isTrue();
                assertThat(cancelled).doesNotContain(lease);
            }
        }

        private void reach(Corner corner) {
            reached.merge(corner, 1, Integer::sum);
        }

        private <T> T pick(Set<T> from) {
            return new ArrayList<>(from).get(random.nextInt(from.size()));
        }
    }
}
