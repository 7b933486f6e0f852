package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/** Messages drawn from a seed: every kind, every field at its edges now and then. */
final class RandomMessages {
    private final Random random;

    RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    List<NodeMessage> fromNode(int count) {
        return list(count, this::nodeMessage);
    }

    List<CoordinatorMessage> fromCoordinator(int count) {
        return list(count, this::coordinatorMessage);
    }

    private NodeMessage nodeMessage() {
        return switch (random.nextInt(12)) {
            case 0 ->
                    new NodeMessage.Hello(
                            1 + random.nextInt(5),
                            1 + random.nextInt(9),
                            text(),
                            numericClass(),
                            size());
            case 1 ->
                    new NodeMessage.Offer(
                            random.nextInt(NodeMessage.SLOTS_MAX + 1),
                            millis(),
                            list(
                                    random.nextInt(5),
                                    () ->
                                            new NodeMessage.WarmModel(
                                                    digest(), random.nextDouble() * 1e6)));
            case 2 ->
                    new NodeMessage.Commit(
                            lease(), digest(), bytes(16), bytes(64 * random.nextInt(2)));
            case 3 ->
                    new NodeMessage.ResultPart(
                            lease(),
                            bytes(random.nextInt(999)),
                            random.nextBoolean(),
                            micros(),
                            size());
            case 4 ->
                    new NodeMessage.Result(
                            lease(),
                            digest(),
                            bytes(16),
                            bytes(random.nextInt(999)),
                            micros(),
                            bytes(64 * random.nextInt(2)),
                            size());
            case 5 ->
                    new NodeMessage.Partial(
                            lease(), random.nextInt(1 << 20), bytes(random.nextInt(99)));
            case 6 -> new NodeMessage.Release(lease(), text());
            case 7 ->
                    new NodeMessage.Refuse(lease(), one(NodeMessage.RefuseReason.values()), text());
            case 8 -> new NodeMessage.Heartbeat(size());
            case 9 -> new NodeMessage.FetchChunk(digest(), size(), 1 + random.nextInt(1 << 20));
            case 10 -> new NodeMessage.AskEntries(size(), list(random.nextInt(9), this::text));
            default -> new NodeMessage.FetchManifest(digest());
        };
    }

    private CoordinatorMessage coordinatorMessage() {
        return switch (random.nextInt(12)) {
            case 0 ->
                    new CoordinatorMessage.Welcome(
                            1 + random.nextInt(9),
                            random.nextInt(Integer.MAX_VALUE),
                            millis(),
                            millis().plusMillis(1),
                            list(random.nextInt(4), this::notice));
            case 1 -> notice();
            case 2 ->
                    new CoordinatorMessage.Assign(
                            lease(),
                            digest(),
                            one(ItemKind.values()),
                            list(random.nextInt(9), () -> bytes(random.nextInt(99))),
                            millis());
            case 3 -> new CoordinatorMessage.Cancel(lease());
            case 4 -> new CoordinatorMessage.Drain(text(), millis());
            case 5 -> new CoordinatorMessage.ManifestBytes(digest(), bytes(random.nextInt(999)));
            case 6 ->
                    new CoordinatorMessage.Chunk(
                            digest(), size(), size() - 1, bytes(random.nextInt(999)));
            case 7 ->
                    new CoordinatorMessage.Earnings(
                            random.nextLong(),
                            random.nextLong(),
                            random.nextBoolean() ? Optional.of(standing()) : Optional.empty());
            case 8 ->
                    new CoordinatorMessage.Checkpoint(
                            text(), text(), size(), list(random.nextInt(4), this::digest));
            case 9 -> new CoordinatorMessage.Receipts(text());
            case 10 -> new CoordinatorMessage.Entries(size(), list(random.nextInt(9), this::text));
            default -> new CoordinatorMessage.Goodbye(text());
        };
    }

    private CoordinatorMessage.Standing standing() {
        return new CoordinatorMessage.Standing(
                one(CoordinatorMessage.Standing.State.values()),
                instant(),
                instant(),
                random.nextBoolean(),
                new CoordinatorMessage.Honesty(
                        size(),
                        size(),
                        size(),
                        size(),
                        size(),
                        random.nextDouble(),
                        size(),
                        size(),
                        size(),
                        size(),
                        size(),
                        list(
                                random.nextInt(3),
                                () ->
                                        new CoordinatorMessage.Outvote(
                                                new NodeId("n" + random.nextInt(99)),
                                                lease(),
                                                Instant.ofEpochMilli(
                                                        random.nextInt(Integer.MAX_VALUE))))),
                new CoordinatorMessage.Availability(size(), size(), size(), size()),
                new CoordinatorMessage.Speed(micros(), micros()));
    }

    private Optional<Instant> instant() {
        return random.nextBoolean()
                ? Optional.of(Instant.ofEpochMilli(1 + random.nextInt(Integer.MAX_VALUE)))
                : Optional.empty();
    }

    private CoordinatorMessage.ModelNotice notice() {
        return new CoordinatorMessage.ModelNotice(
                new ModelId("m" + random.nextInt(99)), digest(), size());
    }

    private Lease lease() {
        return new Lease(
                new JobId(Math.max(1, size())),
                random.nextInt(Integer.MAX_VALUE),
                random.nextInt(9),
                random.nextInt(Integer.MAX_VALUE));
    }

    private Digest digest() {
        return Digest.ofRaw(bytes(Digest.BYTES));
    }

    private Duration millis() {
        return Duration.ofMillis(random.nextInt(Integer.MAX_VALUE));
    }

    private Duration micros() {
        return Duration.ofNanos(1_000L * random.nextInt(Integer.MAX_VALUE));
    }

    /** Not negative, of every magnitude. */
    private long size() {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private <T> T one(T[] all) {
        return all[random.nextInt(all.length)];
    }

    private NumericClass numericClass() {
        return new NumericClass(
                "r" + text(),
                "p" + text(),
                "q" + text(),
                "c" + text(),
                random.nextBoolean() ? "" : "f" + text());
    }

    private String text() {
        var text = new StringBuilder();
        for (int left = random.nextInt(12); left > 0; left--) {
            text.append(List.of("idle", "ü", "車", "🚗", "\u0000", " ").get(random.nextInt(6)));
        }
        return text.toString();
    }

    private static <T> List<T> list(int count, Supplier<T> next) {
        var all = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            all.add(next.get());
        }
        return all;
    }
}
