package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The whole core with a log in memory and a handful of nodes that answer in the next step, by
 * digests, what a test tells them to. Shards have one item. One thread.
 */
final class SmallWorld {
    static final Digest RIGHT = Digest.of(new byte[] {1});
    static final Digest WRONG = Digest.of(new byte[] {2});
    static final Digest ODD = Digest.of(new byte[] {3});

    /** With a probe, so that a node that is alone in it is of another class than two. */
    private static final NumericClass CLASS =
            new NumericClass("stub", "CPU", "fp32", "stub", "f00d");

    private static final ClientId CLIENT = new ClientId("client");
    private static final Digest MANIFEST = Digest.of(new byte[] {7});
    private static final int BYTES = 16;
    private static final ModelSpec MODEL =
            new ModelSpec(
                    new ModelId("stub"),
                    MANIFEST,
                    1,
                    BYTES,
                    3,
                    new ModelManifest.Comparator(1, 0.01),
                    1);

    /** Everything that became true, also in earlier lives. */
    final List<Event> events = new ArrayList<>();

    /** How many results were held against each other, each time. */
    final List<Integer> compared = new ArrayList<>();

    private final Policy policy;
    private final Answers answers;
    private final List<Event.Durable> log = new ArrayList<>();
    private final List<Integer> flushes = new ArrayList<>();
    private final Map<Lease, Digest> outputs = new HashMap<>();
    private final TreeMap<Long, String> sessions = new TreeMap<>();
    private final Map<String, NodeId> nodes = new HashMap<>();
    private final Set<JobId> audits = new HashSet<>();
    private final List<Command> inbox = new ArrayList<>();
    private final List<Send.Assign> unanswered = new ArrayList<>();
    private final Map<Long, CoordinatorMessage.Standing> told = new HashMap<>();
    private Consumer<Event> witness = _ -> {};
    private Coordinator coordinator;
    private CoordinatorLoop loop;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long number;
    private @Nullable Answer answer;

    /** What a node says. */
    @FunctionalInterface
    interface Answers {
        /**
         * @param audit whether the shard is of an internal job
         * @return the digest of its result; null as long as it says nothing
         */
        @Nullable Digest of(String owner, Lease lease, boolean audit);
    }

    SmallWorld(Policy standard, Answers answers) {
        Policy.Limits all = standard.limits();
        policy =
                new Policy(
                        standard.pay(),
                        new Policy.Limits(
                                all.itemsPerJob(),
                                all.openJobs(),
                                all.openJobsPerClient(),
                                all.quorum(),
                                all.attempts(),
                                1,
                                all.shardOutputBytes(),
                                all.shardUnits(),
                                all.finishedJobs(),
                                all.faults()),
                        standard.pace(),
                        standard.checks(),
                        standard.seed(),
                        standard.auditSecret());
        this.answers = answers;
        coordinator = new Coordinator(policy);
        loop = begin(coordinator);
        ask(new Command.RegisterModel(++number, MODEL));
        ask(new Command.FundClient(++number, CLIENT, Money.ofUnits(1_000_000_000), "all"));
    }

    /** Events in the log at each flush since all nodes had arrived. */
    List<Integer> flushes() {
        return List.copyOf(flushes);
    }

    /** Events in the log at the last flush. */
    int flushed() {
        return flushes.isEmpty() ? 0 : flushes.getLast();
    }

    /** Everything that is not in the log is gone; so are all connections. */
    void crash() {
        log.subList(flushed(), log.size()).clear();
        inbox.clear();
        unanswered.clear();
        sessions.clear();
        coordinator = new Coordinator(policy);
        loop = begin(coordinator);
    }

    private CoordinatorLoop begin(Coordinator core) {
        var began = new CoordinatorLoop(core, new Log(), this::sent, this::happened);
        began.begin(now);
        return began;
    }

    /** Somebody else hears of each event, too. */
    void witness(Consumer<Event> more) {
        witness = more;
    }

    /** What a snapshot would hold now. */
    List<Event.Durable> snapshot() {
        return coordinator.snapshot(now);
    }

    private void happened(Event event) {
        events.add(event);
        witness.accept(event);
        if (event instanceof Event.JobAdmitted admitted && admitted.audit().isPresent()) {
            audits.add(admitted.job());
        }
    }

    /** A device of a new owner, which has shown that it computes right, if it is good. */
    void enrol(String owner, boolean good, boolean trusted) {
        Digest token = Digest.of(owner.getBytes(StandardCharsets.UTF_8));
        var id = new OwnerId(owner);
        ask(new Command.IssueToken(++number, id, token, now.plus(Duration.ofDays(1))));
        var enrolled =
                (Answer.Enrolled)
                        Objects.requireNonNull(
                                ask(new Command.RedeemToken(++number, token, token)));
        if (trusted) {
            ask(new Command.TrustOwner(++number, id, true));
        }
        if (good) {
            Standing standing = Standing.fresh(now);
            Device device = Device.FRESH;
            for (int i = 0; i < Standing.WARM_UP; i++) {
                standing = standing.afterAgreement(now);
                device = device.afterAgreement(MANIFEST, CLASS);
                device = device.afterAgreement(MANIFEST, CLASS.declared());
            }
            log.add(new Event.StandingRestored(id, standing, Optional.empty(), Against.NOTHING));
            log.add(new Event.DeviceRestored(enrolled.node(), id, device));
            flushes.add(log.size());
            crash();
        }
        nodes.put(owner, enrolled.node());
    }

    private NodeId node(String owner) {
        return Objects.requireNonNull(nodes.get(owner));
    }

    /** The owners' devices connect together, and each offers so many slots. */
    void arrive(int slots, String... owners) {
        for (String owner : owners) {
            long session = ++number;
            sessions.put(session, owner);
            inbox.add(
                    new Command.NodeArrived(
                            session,
                            node(owner),
                            new OwnerId(owner),
                            "net" + owner,
                            CLASS,
                            1 << 30));
            inbox.add(
                    new Command.NodeOffered(
                            session, slots, Duration.ZERO, List.of(new WarmModel(MANIFEST, 0.4))));
        }
        step();
    }

    /** The owner's device goes. */
    void leave(String owner) {
        sessions.entrySet().stream()
                .filter(session -> session.getValue().equals(owner))
                .map(Map.Entry::getKey)
                .forEach(session -> inbox.add(new Command.NodeGone(session, "left")));
        sessions.values().removeIf(owner::equals);
        unanswered.removeIf(assign -> !sessions.containsKey(assign.session()));
        step();
    }

    /** What the owner's device hears now of its owner's standing. */
    CoordinatorMessage.Standing told(String owner) {
        long session =
                sessions.entrySet().stream()
                        .filter(open -> open.getValue().equals(owner))
                        .findFirst()
                        .orElseThrow()
                        .getKey();
        inbox.add(new Command.NodeBeat(session));
        step();
        return Objects.requireNonNull(told.get(session));
    }

    JobId submit(int shards, Assurance assurance, boolean durable) {
        return submit(shards, 1, assurance, durable);
    }

    /** A durable job whose assurance is a quorum. */
    JobId submit(int shards, int quorum) {
        return submit(shards, quorum, Assurance.QUORUM, true);
    }

    /** A request that somebody waits for, run once. */
    JobId request(int shards) {
        return submit(shards, 1, Assurance.QUORUM, false, Tier.INTERACTIVE);
    }

    private JobId submit(int shards, int quorum, Assurance assurance, boolean durable) {
        return submit(shards, quorum, assurance, durable, Tier.BATCH);
    }

    private JobId submit(int shards, int quorum, Assurance assurance, boolean durable, Tier tier) {
        var job =
                new JobRequest(
                        MODEL.model(),
                        ItemKind.TEXT,
                        WorkUnits.even(shards, 4),
                        quorum,
                        tier,
                        now.plus(Duration.ofDays(1)),
                        durable,
                        Optional.of(assurance));
        Answer said = ask(new Command.SubmitJob(++number, CLIENT, job));
        return ((Answer.Admitted) Objects.requireNonNull(said)).job();
    }

    private @Nullable Answer ask(Command command) {
        answer = null;
        inbox.add(command);
        step();
        return answer;
    }

    /** Steps until nobody has anything more to say; time hardly passes. */
    void settle() {
        int idle = 0;
        while (idle < 3) {
            int before = events.size();
            step();
            idle = events.size() == before && inbox.isEmpty() ? idle + 1 : 0;
        }
    }

    /** Time passes; nodes say that they are there, and what they have to say by now. */
    void pass(Duration time) {
        for (Instant until = now.plus(time); now.isBefore(until); ) {
            now = now.plusSeconds(5);
            sessions.keySet().forEach(session -> inbox.add(new Command.NodeBeat(session)));
            settle();
        }
    }

    void step() {
        now = now.plusMillis(1);
        for (Send.Assign assign : List.copyOf(unanswered)) {
            String owner = sessions.get(assign.session());
            Digest output =
                    owner == null
                            ? null
                            : answers.of(
                                    owner, assign.lease(), audits.contains(assign.lease().job()));
            if (output != null) {
                unanswered.remove(assign);
                outputs.put(assign.lease(), output);
                inbox.add(result(assign, output));
            }
        }
        List<Command> commands = List.copyOf(inbox);
        inbox.clear();
        for (int from = 0; from == 0 || from < commands.size(); from += CoordinatorLoop.BATCH_MAX) {
            loop.step(
                    commands.subList(
                            from, Math.min(commands.size(), from + CoordinatorLoop.BATCH_MAX)),
                    now);
        }
    }

    private Command result(Send.Assign assign, Digest output) {
        Lease lease = assign.lease();
        return new Command.ResultReturned(
                assign.session(),
                lease,
                Digest.of(lease.toString().getBytes(StandardCharsets.UTF_8)),
                output,
                (assign.to() - assign.from()) * BYTES,
                true,
                Duration.ofMillis(400));
    }

    private void sent(Send send) {
        switch (send) {
            case Send.Reply reply -> answer = reply.answer();
            case Send.Assign assign -> unanswered.add(assign);
            case Send.Cancel cancel ->
                    unanswered.removeIf(assign -> assign.lease().equals(cancel.lease()));
            case Send.Dismiss dismiss -> sessions.remove(dismiss.session());
            case Send.Earnings earnings ->
                    told.put(earnings.session(), earnings.earnings().standing().orElseThrow());
            case Send.Compare compare -> {
                compared.add(compare.leases().size());
                inbox.add(compared(compare));
            }
            default -> {}
        }
    }

    private Command compared(Send.Compare compare) {
        List<Digest> results = compare.leases().stream().map(this::output).toList();
        List<Double> distances =
                IntStream.range(1, results.size())
                        .boxed()
                        .flatMap(high ->
                                IntStream.range(0, high)
                                        .mapToObj(low ->
                                                results.get(high).equals(results.get(low))
                                                        ? 0.0
                                                        : 1.5))
                        .toList();
        return new Command.Compared(
                compare.job(), compare.shard(), new Comparison(results.size(), distances));
    }

    private Digest output(Lease lease) {
        return Objects.requireNonNull(outputs.get(lease), lease::toString);
    }

    /** Events of one kind, in order. */
    <T extends Event> List<T> all(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** In whose cohort the owner is, of those convicted of late. */
    Optional<String> watched(String owner) {
        var seen = (Answer.Seen) ask(new Command.Look(++number, new Query.OfStandings()));
        return ((View.Owners) Objects.requireNonNull(seen).view())
                .owners().stream()
                        .filter(one -> one.owner().value().equals(owner))
                        .flatMap(one -> one.watch().stream())
                        .map(OwnerId::value)
                        .findFirst();
    }

    void isConvicted(String owner) {
        assertThat(all(Event.OwnerConvicted.class))
                .extracting(convicted -> convicted.owner().value())
                .containsExactly(owner);
    }

    private final class Log implements EventLog {
        @Override
        public void append(List<Event.Durable> more) {
            log.addAll(more);
        }

        @Override
        public void flush() {
            flushes.add(log.size());
        }

        @Override
        public void snapshot(List<Event.Durable> state) {}

        @Override
        public void replay(Consumer<Event.Durable> reader) {
            log.forEach(reader);
        }
    }
}
