package org.idlefleet.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.Signal.Want;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.CoordinatorMessage.Welcome;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeMessage.FetchChunk;
import org.idlefleet.protocol.ProtocolVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** How fast models are fetched, and when they are not; the clock is the test's. */
class FetchPaceTest {
    private static final Digest FILE = Digest.of(new byte[] {3});
    private static final Digest OTHER = Digest.of(new byte[] {8});

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    /** However late pieces come, get lost, and however often the network becomes metered. */
    @ParameterizedTest
    @MethodSource("seeds")
    void neverFetchesFasterThanTheOwnerLetsItNorWhileHeldAndStillEnds(long seed) {
        var fetch = new Fetching(seed);
        fetch.run();
        assertThat(fetch.have).isEqualTo(fetch.size);
        fetch.checkPace();
    }

    @Test
    void seedsReachTheCorners() {
        int held = 0;
        int waited = 0;
        int lost = 0;
        for (long seed : seeds().toArray()) {
            var fetch = new Fetching(seed);
            fetch.run();
            held += fetch.holds;
            waited += fetch.waits;
            lost += fetch.losses;
        }
        assertThat(held).isPositive();
        assertThat(waited).isPositive();
        assertThat(lost).isPositive();
    }

    @Test
    void saysWhyItDoesNotFetchAndGoesOnWhereItStopped() {
        var fetch = new Fetching(1 << 20);
        fetch.say(new Signal.ModelWants(Samples.MODEL, new Want.PieceOf(FILE, 77, 10)));
        fetch.say(new Signal.FetchHeld("metered"));
        assertThat(fetch.node.view().fetchHeld()).isEqualTo("metered");
        assertThat(fetch.node.view().models().getFirst().reason()).isEqualTo("metered");
        assertThat(Activity.of(fetch.node.view()).sentence()).endsWith("but waits: metered");
        fetch.now = fetch.now.plus(Models.PIECE_LIMIT).plusSeconds(60);
        fetch.asked.clear();
        fetch.say(new Signal.Tick());
        assertThat(fetch.asked).isEmpty();
        fetch.say(new Signal.FetchAllowed());
        assertThat(fetch.asked).extracting(Asked::offset).containsExactly(77L);
        assertThat(fetch.node.view().fetchHeld()).isEmpty();
    }

    @Test
    void aModelThatWaitsForTheNetworkDoesNotKeepBackOneInTheStore() {
        var fetch = new Fetching(1 << 20);
        fetch.say(new Signal.Received(Samples.notice(OTHER)));
        fetch.say(new Signal.ModelWants(Samples.MODEL, new Want.PieceOf(FILE, 0, 10)));
        assertThat(fetch.node.react(new Signal.FetchHeld("metered"), fetch.now))
                .containsExactly(new Action.PrepareModel(Samples.notice(OTHER)));
        assertThat(fetch.node.react(new Signal.ModelFetched(OTHER), fetch.now))
                .contains(new Action.LoadModel(OTHER));
    }

    private record Asked(Instant at, long offset, int bytes) {}

    /** A node that is connected, open, and fetches one file of a model. */
    private static final class Fetching {
        final Random random;
        final long bytesPerSecond;
        final long size;
        final EdgeNode node;
        final List<Asked> asked = new ArrayList<>();
        Instant now = Instant.EPOCH.plusSeconds(1_000_000);
        boolean held;
        long have;
        int holds;
        int waits;
        int losses;

        Fetching(long seed) {
            random = new Random(seed);
            bytesPerSecond = 1L << (10 + random.nextInt(14));
            size = 1 + random.nextLong(20 * Math.max(bytesPerSecond, Models.PIECE_BYTES_MIN));
            node = Samples.node(1, 1, bytesPerSecond, seed);
            say(new Signal.Started());
            say(new Signal.LinkUp());
            say(
                    new Signal.Received(
                            new Welcome(
                                    ProtocolVersion.MAX,
                                    1,
                                    Duration.ofDays(1),
                                    List.of(Samples.notice(Samples.MODEL)))));
            say(new Signal.GateOpened(Optional.empty()));
        }

        void say(Signal signal) {
            boolean heldBefore = held;
            held = signal instanceof Signal.FetchHeld || held && !allows(signal);
            for (Action action : node.react(signal, now)) {
                if (action instanceof Action.Send(FetchChunk(_, long offset, int bytes))) {
                    assertThat(held).as("nothing is asked for while held").isFalse();
                    asked.add(new Asked(now, offset, bytes));
                }
            }
            holds += held && !heldBefore ? 1 : 0;
            assertThat(node.nextDeadline()).as("never spins").isAfter(now);
        }

        private static boolean allows(Signal signal) {
            return signal instanceof Signal.FetchAllowed;
        }

        void run() {
            want();
            for (int i = 0; i < 5_000 && have < size; i++) {
                if (random.nextInt(10) == 0) {
                    say(held ? new Signal.FetchAllowed() : new Signal.FetchHeld("metered"));
                }
                int before = asked.size();
                if (outstanding() && random.nextInt(10) > 0) {
                    now = now.plusMillis(random.nextInt(200));
                    piece(asked.getLast());
                } else if (held) {
                    now = now.plusMillis(random.nextInt(60_000));
                    say(new Signal.FetchAllowed());
                } else {
                    losses += outstanding() ? 1 : 0;
                    now = node.nextDeadline();
                    say(new Signal.Tick());
                    waits += asked.size() > before ? 1 : 0;
                }
            }
        }

        private boolean outstanding() {
            return !asked.isEmpty() && asked.getLast().offset() == have;
        }

        private void piece(Asked last) {
            say(new Signal.Received(new Chunk(FILE, have, size, new byte[last.bytes()])));
            have += last.bytes();
            want();
        }

        private void want() {
            if (have < size) {
                int length = (int) Math.min(1 << 20, size - have);
                say(new Signal.ModelWants(Samples.MODEL, new Want.PieceOf(FILE, have, length)));
            } else {
                say(new Signal.ModelFetched(Samples.MODEL));
            }
        }

        /** Between any two moments no more than the rate allows, and one piece. */
        void checkPace() {
            for (int from = 0; from < asked.size(); from++) {
                long bytes = 0;
                for (int to = from; to < asked.size(); to++) {
                    Duration time = Duration.between(asked.get(from).at(), asked.get(to).at());
                    assertThat(bytes)
                            .as("asked for in %s", time)
                            .isLessThanOrEqualTo(
                                    (long) (time.toNanos() / 1e9 * bytesPerSecond) + 1);
                    bytes += asked.get(to).bytes();
                    assertThat(asked.get(to).bytes())
                            .isLessThanOrEqualTo(
                                    (int) Math.max(bytesPerSecond, Models.PIECE_BYTES_MIN));
                }
            }
        }
    }
}
