package org.idlefleet.coordinator.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.idlefleet.protocol.adapter.Endpoint;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.idlefleet.protocol.adapter.NodeClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeLink;
import org.idlefleet.protocol.adapter.WireLimits;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A node that speaks the real wire and invents its vectors from the input's digest. */
final class StubNode implements AutoCloseable, NodeLink.Handler {
    private static final byte[] NONCE = new byte[16];

    private final NodeClient client = new NodeClient(WireLimits.DEFAULT, 1);
    private final int dimensions;
    private final UnaryOperator<byte[]> deed;
    private final UnaryOperator<byte[]> signer;
    private final CompletableFuture<Void> offered = new CompletableFuture<>();
    private final CompletableFuture<NodeLink> link = new CompletableFuture<>();

    private final BlockingQueue<CoordinatorMessage.Checkpoint> checkpoints =
            new LinkedBlockingQueue<>();
    private final BlockingQueue<CoordinatorMessage.Earnings> earnings = new LinkedBlockingQueue<>();
    private final BlockingQueue<CoordinatorMessage.Receipts> receipts = new LinkedBlockingQueue<>();
    private final BlockingQueue<CoordinatorMessage.Entries> entries = new LinkedBlockingQueue<>();

    private StubNode(int dimensions, UnaryOperator<byte[]> deed, UnaryOperator<byte[]> signer) {
        this.dimensions = dimensions;
        this.deed = deed;
        this.signer = signer;
    }

    /**
     * Enrols, connects and offers every model it hears of.
     *
     * @param deed what it does to an honest output before it answers
     * @param signs whether it signs its results, as older nodes do not
     */
    static StubNode start(
            Endpoint door,
            String token,
            Path directory,
            int dimensions,
            UnaryOperator<byte[]> deed,
            boolean signs)
            throws Exception {
        NodeIdentity identity =
                new EnrolmentClient(door, Duration.ofSeconds(20))
                        .enrol(EnrolmentToken.parse(token));
        identity.save(directory);
        var node =
                new StubNode(
                        dimensions,
                        deed,
                        statement ->
                                signs
                                        ? DeviceKeys.sign(identity.credentials().key(), statement)
                                        : new byte[0]);
        node.client.connect(
                door,
                identity,
                new NodeMessage.Hello(
                        1,
                        1,
                        "stub",
                        new NumericClass("stub", "CPU", "fp32", "none"),
                        Long.MAX_VALUE),
                node);
        node.offered.get(20, TimeUnit.SECONDS);
        return node;
    }

    @Override
    public void opened(NodeLink to, CoordinatorMessage.Welcome welcome) {
        to.send(
                List.of(
                        new NodeMessage.Offer(
                                2,
                                Duration.ZERO,
                                welcome.models().stream()
                                        .map(notice ->
                                                new NodeMessage.WarmModel(
                                                        notice.manifest(), 10_000))
                                        .toList()),
                        new NodeMessage.Heartbeat()));
        link.complete(to);
    }

    @Override
    public void received(NodeLink from, List<CoordinatorMessage> messages) {
        var answers = new ArrayList<NodeMessage>();
        for (CoordinatorMessage message : messages) {
            if (message instanceof CoordinatorMessage.Assign assign) {
                byte[] output = deed.apply(embed(assign));
                var statement =
                        new ResultStatement(
                                assign.lease(),
                                assign.manifest(),
                                ResultStatement.inputOf(assign.kind(), assign.items()),
                                Digest.of(output),
                                Digest.of(NONCE, output));
                answers.add(
                        new NodeMessage.Result(
                                assign.lease(),
                                Digest.of(NONCE, output),
                                NONCE,
                                output,
                                Duration.ofMillis(1),
                                signer.apply(statement.bytes())));
            } else if (message instanceof CoordinatorMessage.Checkpoint newest) {
                checkpoints.add(newest);
            } else if (message instanceof CoordinatorMessage.Receipts owed) {
                receipts.add(owed);
            } else if (message instanceof CoordinatorMessage.Entries proven) {
                entries.add(proven);
            } else if (message instanceof CoordinatorMessage.Earnings said) {
                earnings.add(said);
                offered.complete(null);
            }
        }
        if (!answers.isEmpty()) {
            from.send(answers);
        }
    }

    @Override
    public void closed(NodeLink over, String reason) {
        offered.completeExceptionally(new IllegalStateException(reason));
    }

    private byte[] embed(CoordinatorMessage.Assign assign) {
        EmbeddingOutput output = EmbeddingOutput.create(assign.items().size(), dimensions);
        for (int i = 0; i < assign.items().size(); i++) {
            byte[] item = assign.items().get(i);
            output.set(i, item.length / 4 + 1, vector(item, dimensions));
        }
        return output.raw();
    }

    /** Beats until it hears of a checkpoint other than the one that it has pinned; 0 for none. */
    CoordinatorMessage.Checkpoint checkpoint(long pinned) throws Exception {
        if (pinned > 0) {
            checkpoints.clear();
        }
        CoordinatorMessage.Checkpoint heard = null;
        for (int i = 0; i < 100 && heard == null; i++) {
            link.get(20, TimeUnit.SECONDS).send(List.of(new NodeMessage.Heartbeat(pinned)));
            heard = checkpoints.poll(200, TimeUnit.MILLISECONDS);
        }
        return Objects.requireNonNull(heard, "no checkpoint beside " + pinned);
    }

    /** The next list of receipts. */
    CoordinatorMessage.Receipts receipts() throws Exception {
        return Objects.requireNonNull(receipts.poll(20, TimeUnit.SECONDS), "no receipts");
    }

    /** Asks until the payment is proven by a checkpoint of that size. */
    CoordinatorMessage.Entries entries(long pinned, String payment) throws Exception {
        CoordinatorMessage.Entries heard = null;
        for (int i = 0; i < 100 && heard == null; i++) {
            link.get(20, TimeUnit.SECONDS)
                    .send(List.of(new NodeMessage.AskEntries(pinned, List.of(payment))));
            heard = entries.poll(200, TimeUnit.MILLISECONDS);
        }
        return Objects.requireNonNull(heard, "no proof of " + payment);
    }

    /** Says that it is there, and hears what its owner has earned and how it stands. */
    CoordinatorMessage.Earnings beat() throws Exception {
        earnings.clear();
        link.get(20, TimeUnit.SECONDS).send(List.of(new NodeMessage.Heartbeat()));
        return Objects.requireNonNull(earnings.poll(20, TimeUnit.SECONDS), "no answer to a beat");
    }

    /** The vector that an honest stub computes. */
    static float[] vector(byte[] item, int dimensions) {
        var random = new Random(Digest.of(item).a());
        var vector = new float[dimensions];
        double sum = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
            sum += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(sum);
        }
        return vector;
    }

    @Override
    public void close() {
        client.close();
    }
}
