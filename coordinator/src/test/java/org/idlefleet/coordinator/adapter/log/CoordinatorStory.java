package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Outbox;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A coordinator with its log, its payloads, clients and nodes, driven by a seed. It checks what
 * comes out of the payloads, and that whoever was told something is told no less after a crash.
 */
final class CoordinatorStory implements Outbox {
    private static final int OUTPUT_BYTES = 40;
    private static final ModelSpec MODEL =
            new ModelSpec(
                    new ModelId("model"),
                    Digest.of(new byte[1]),
                    2,
                    OUTPUT_BYTES,
                    3,
                    new ModelManifest.Comparator(1, 0.01),
                    1_000);
    private static final long PAYLOAD_BYTES = 200_000;

    private final SplittableRandom random;
    private final List<NodeId> nodes = new ArrayList<>();
    private final Map<NodeId, OwnerId> owners = new HashMap<>();
    private final TreeMap<JobId, JobRequest> jobs = new TreeMap<>();
    private final TreeMap<JobId, JobEnd> ended = new TreeMap<>();
    private final Map<Long, JobRequest> requests = new HashMap<>();

    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private long lastRequest;
    private long lastSession;
    private int keptChecked;

    // What a crash takes away.
    private SqliteEventLog log;
    private Coordinator coordinator;
    private CoordinatorLoop loop;
    private final TreeMap<Long, NodeId> sessions = new TreeMap<>();
    private final List<Send.Assign> assigned = new ArrayList<>();
    private final List<Command> answers = new ArrayList<>();

    CoordinatorStory(long seed, SqliteEventLog log) {
        random = new SplittableRandom(seed);
        this.log = log;
        coordinator = coordinator();
        loop = new CoordinatorLoop(coordinator, log, this, _ -> {});
        loop.begin(now);
        var first = new ArrayList<Command>();
        first.add(new Command.RegisterModel(++lastRequest, MODEL));
        for (int i = 0; i < 8; i++) {
            Digest token = Digest.of(new byte[] {(byte) i});
            first.add(
                    new Command.IssueToken(
                            ++lastRequest,
                            new OwnerId("owner-" + i % 5),
                            token,
                            now.plus(Duration.ofDays(1))));
            first.add(new Command.RedeemToken(++lastRequest, token, Digest.of(token.raw())));
        }
        for (int i = 0; i < 3; i++) {
            first.add(fund(i));
        }
        loop.step(first, now);
    }

    static SqliteEventLog open(Path file) {
        return SqliteEventLog.open(file, PAYLOAD_BYTES);
    }

    /** Some commands at once, some time later. */
    void step() {
        now = now.plusMillis(random.nextInt(400));
        var commands = new ArrayList<Command>(answers);
        answers.clear();
        for (int i = random.nextInt(12); i > 0; i--) {
            commands.add(command());
        }
        loop.step(commands, now);
    }

    /** Nothing happens for so long that everything is durable. */
    void rest() {
        now = now.plusMillis(20);
        loop.step(List.of(), now);
    }

    void snapshot() {
        loop.snapshot(now);
    }

    /** The state as a snapshot would say it. */
    List<Event.Durable> state() {
        return coordinator.snapshot(now);
    }

    /** The process is gone; a new one begins with what is in the reopened log. */
    void restart(SqliteEventLog reopened) {
        log = reopened;
        sessions.clear();
        assigned.clear();
        answers.clear();
        requests.clear();
        coordinator = coordinator();
        loop = new CoordinatorLoop(coordinator, log, this, _ -> {});
        loop.begin(now);
    }

    int admittedJobs() {
        return jobs.size();
    }

    long endedJobs(JobEnd end) {
        return ended.values().stream().filter(end::equals).count();
    }

    int keptChecked() {
        return keptChecked;
    }

    /** A coordinator that knows nothing yet. */
    static Coordinator coordinator() {
        return new Coordinator(Policy.standard(1));
    }

    @Override
    public void prepare(Send send) {
        if (send instanceof Send.Reply reply && reply.answer() instanceof Answer.Admitted answer) {
            log.payloads().admit(reply.request(), answer.job());
        }
    }

    @Override
    public void send(Send send) {
        switch (send) {
            case Send.Reply reply -> replied(reply);
            case Send.Assign assign -> assigned(assign);
            case Send.Compare compare -> compare(compare);
            case Send.Keep keep -> log.payloads().keep(keep.lease(), keep.from(), keep.to());
            case Send.Drop drop -> log.payloads().drop(drop.lease());
            case Send.Ended end -> ended(end);
            case Send.Dismiss dismiss -> sessions.remove(dismiss.session());
            default -> {}
        }
    }

    private void replied(Send.Reply reply) {
        JobRequest request = requests.remove(reply.request());
        if (reply.answer() instanceof Answer.Admitted admitted && request != null) {
            jobs.put(admitted.job(), request);
        } else if (reply.answer() instanceof Answer.Enrolled enrolled) {
            nodes.add(enrolled.node());
            owners.put(enrolled.node(), enrolled.owner());
        } else if (reply.answer() instanceof Answer.Refused) {
            log.payloads().discard(reply.request());
        }
    }

    private void assigned(Send.Assign assign) {
        JobRequest request = Objects.requireNonNull(jobs.get(assign.lease().job()));
        List<byte[]> items =
                log.payloads()
                        .items(assign.lease().job(), assign.from(), assign.to())
                        .orElseThrow();
        assertThat(items)
                .usingElementComparator(Arrays::compare)
                .isEqualTo(items(request).subList(assign.from(), assign.to()));
        assigned.add(assign);
    }

    private void compare(Send.Compare compare) {
        var outputs = new ArrayList<byte[]>();
        for (Lease lease : compare.leases()) {
            byte @Nullable [] output = log.payloads().output(lease).orElse(null);
            if (output == null) {
                assertThat(openVotes()).as("votes whose bytes are gone").doesNotContain(lease);
                return;
            }
            outputs.add(output);
        }
        var distances = new ArrayList<Double>();
        for (int j = 0; j < outputs.size(); j++) {
            for (int i = 0; i < j; i++) {
                distances.add(Arrays.equals(outputs.get(i), outputs.get(j)) ? 0.0 : 1.0);
            }
        }
        answers.add(
                new Command.Compared(
                        compare.job(), compare.shard(), new Comparison(outputs.size(), distances)));
    }

    private void ended(Send.Ended end) {
        assertThat(ended.put(end.job(), end.end())).as("%s ended twice", end.job()).isNull();
        JobRequest request = jobs.get(end.job());
        if (end.end() == JobEnd.DONE && request != null) {
            int at = 0;
            for (Kept kept : log.payloads().kept(end.job())) {
                assertThat(kept.from()).isEqualTo(at);
                if (request.quorum() > 1) {
                    assertThat(kept.output()).isEqualTo(truth(end.job(), at, kept.to()));
                }
                at = kept.to();
                keptChecked++;
            }
            assertThat(at)
                    .as("items of %s with a result", end.job())
                    .isEqualTo(items(request).size());
        }
        log.payloads().forget(end.job());
    }

    private List<Lease> openVotes() {
        return state().stream()
                .filter(Event.BallotCast.class::isInstance)
                .map(event -> ((Event.BallotCast) event).ballot().lease())
                .toList();
    }

    private Command command() {
        int draw = random.nextInt(100);
        if (draw < 10 || nodes.isEmpty()) {
            return submit();
        } else if (draw < 20) {
            return arrive();
        } else if (draw < 24 && !sessions.isEmpty()) {
            return new Command.NodeGone(session(), "gone");
        } else if (draw < 30 && !sessions.isEmpty()) {
            return new Command.NodeBeat(session());
        } else if (draw < 34 && !sessions.isEmpty()) {
            return offer(session());
        } else if (draw < 90 && !assigned.isEmpty()) {
            return answer(assigned.remove(random.nextInt(assigned.size())));
        } else if (draw < 92 && !jobs.isEmpty()) {
            return new Command.CancelJob(++lastRequest, client(random.nextInt(3)), jobs.lastKey());
        } else if (draw < 94) {
            return new Command.CreateApiKey(
                    ++lastRequest, "key-" + random.nextInt(9), client(0), Digest.of());
        } else if (draw < 96) {
            return new Command.RevokeApiKey(++lastRequest, "key-" + random.nextInt(9));
        } else if (draw == 99 && random.nextInt(20) == 0) {
            return new Command.BanNode(++lastRequest, nodes.getFirst(), "a lie");
        }
        return fund(random.nextInt(3));
    }

    private Command submit() {
        int count = 1 + random.nextInt(30);
        var request =
                new JobRequest(
                        MODEL.model(),
                        ItemKind.TEXT,
                        WorkUnits.of(
                                IntStream.range(0, count)
                                        .map(_ -> random.nextInt(5, 99))
                                        .toArray()),
                        1 + random.nextInt(3),
                        random.nextBoolean() ? Tier.INTERACTIVE : Tier.BATCH,
                        now.plusMillis(random.nextInt(60_000)),
                        random.nextBoolean());
        long number = ++lastRequest;
        if (!log.payloads().stage(number, ItemKind.TEXT, items(request))) {
            return fund(0);
        }
        requests.put(number, request);
        return new Command.SubmitJob(number, client(random.nextInt(3)), request);
    }

    private Command arrive() {
        long session = ++lastSession;
        NodeId node = nodes.get(random.nextInt(nodes.size()));
        sessions.values().remove(node);
        sessions.put(session, node);
        answers.add(offer(session));
        return new Command.NodeArrived(
                session,
                node,
                owners.getOrDefault(node, new OwnerId("nobody")),
                "10.0." + nodes.indexOf(node),
                new NumericClass("ort", "CPU", "int8", "x86"),
                1 << 20);
    }

    private Command offer(long session) {
        return new Command.NodeOffered(
                session,
                random.nextInt(4),
                Duration.ofMinutes(random.nextInt(200)),
                List.of(new WarmModel(MODEL.manifest(), 50 + random.nextInt(2_000))));
    }

    private Command answer(Send.Assign assign) {
        Lease lease = assign.lease();
        int draw = random.nextInt(20);
        if (draw == 0) {
            return new Command.LeaseReleased(assign.session(), lease, "driving");
        } else if (draw == 1) {
            return new Command.LeaseRefused(assign.session(), lease, RefuseReason.INPUT, "no");
        }
        byte[] output = truth(lease.job(), assign.from(), assign.to());
        if (draw == 2) {
            random.nextBytes(output);
        }
        log.payloads().returned(lease, output);
        return new Command.ResultReturned(
                assign.session(),
                lease,
                Digest.of(output, lease.toString().getBytes(StandardCharsets.UTF_8)),
                Digest.of(output),
                output.length,
                draw != 3,
                Duration.ofMillis(1 + random.nextInt(500)));
    }

    private Command fund(int client) {
        long request = ++lastRequest;
        return new Command.FundClient(
                request,
                client(client),
                Money.ofMillionths(1 + random.nextInt(200_000)),
                "payment-" + request);
    }

    private static ClientId client(int number) {
        return new ClientId("client-" + number);
    }

    private long session() {
        return List.copyOf(sessions.keySet()).get(random.nextInt(sessions.size()));
    }

    /** A job's items follow from its work units, so the same bytes are expected in every life. */
    private static List<byte[]> items(JobRequest request) {
        var items = new ArrayList<byte[]>();
        for (int i = 0; i < request.units().items(); i++) {
            var item = new byte[(int) request.units().between(i, i + 1)];
            new SplittableRandom(item.length * 31L + i).nextBytes(item);
            items.add(item);
        }
        return items;
    }

    private static byte[] truth(JobId job, int from, int to) {
        var output = new byte[(to - from) * OUTPUT_BYTES];
        new SplittableRandom(job.number() * 1_000_003 + from).nextBytes(output);
        return output;
    }
}
