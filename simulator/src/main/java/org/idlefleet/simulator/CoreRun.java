package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.EventLog;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Outbox;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The whole coordinator core in virtual time: its loop, a log in memory, and nodes that answer with
 * digests instead of bytes, so that nothing but the core costs anything. Hostile owners cover up
 * for each other, and know an audit when they get one. One thread; the same plan runs the same way.
 */
public final class CoreRun {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final NumericClass CLASS = new NumericClass("stub", "CPU", "fp32", "stub");
    private static final Digest RIGHT = Digest.of(new byte[] {1});
    private static final Digest WRONG = Digest.of(new byte[] {2});

    /** Far beyond two tolerances. */
    private static final double APART = 1.5;

    private static final int OUTPUT_BYTES = 16;
    private static final ModelSpec MODEL =
            new ModelSpec(
                    new ModelId("stub"),
                    Truth.DIGEST,
                    1,
                    OUTPUT_BYTES,
                    3,
                    new ModelManifest.Comparator(1, 0.01),
                    1);

    private final Plan plan;
    private final Chance chance;
    private final List<Event.Durable> log = new ArrayList<>();
    private final CoreWitness witness;
    private final CoordinatorLoop loop;
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Long, Consumer<Answer>> asked = new HashMap<>();
    private final Map<JobId, Lease> claims = new HashMap<>();
    private final Set<Lease> wrong = new HashSet<>();
    private final Set<OwnerId> liars = new HashSet<>();
    private final Set<Long> told = new HashSet<>();
    private long assigned;
    private long messages;
    private Instant now = Timeline.BEGIN;
    private int funded;
    private long request;
    private long sequence;

    /**
     * What to run.
     *
     * @param owners of one node each
     * @param trusted how many of them the operator trusts
     * @param hostile how many of the others are hostile
     * @param strikes share of wrong results of a hostile owner after its warm-up
     * @param shard time that a node takes for a shard, give or take a half; zero: answers at once
     */
    public record Plan(
            Assurance assurance,
            int owners,
            int trusted,
            int hostile,
            double strikes,
            Duration shard,
            long seed) {}

    /** A command on its way. */
    private record Due(Instant at, long sequence, Command command) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private static final class Node {
        final boolean hostile;
        boolean here = true;
        int results;
        Instant freeAt = Instant.MIN;

        Node(boolean hostile) {
            this.hostile = hostile;
        }
    }

    /** Keeps all events; a flush is a formality. */
    private final class MemoryLog implements EventLog {
        @Override
        public void append(List<Event.Durable> events) {
            log.addAll(events);
        }

        @Override
        public void flush() {}

        @Override
        public void snapshot(List<Event.Durable> state) {}

        @Override
        public void replay(Consumer<Event.Durable> reader) {
            log.forEach(reader);
        }
    }

    /** Connects all owners' nodes and makes some of them trusted. */
    public CoreRun(Plan plan) {
        this.plan = plan;
        chance = new Chance(plan.seed(), "core run");
        Policy policy = oneItemEach(Policy.standard(plan.seed()));
        witness = new CoreWitness(policy, this::isHostile);
        Outbox outbox = this::send;
        loop =
                new CoordinatorLoop(
                        new Coordinator(policy), new MemoryLog(), outbox, witness::accept);
        loop.begin(now);
        ask(n -> new Command.RegisterModel(n, MODEL), _ -> {});
        for (int i = 0; i < plan.owners(); i++) {
            boolean trusted = i < plan.trusted();
            join(i, trusted, !trusted && i < plan.trusted() + plan.hostile());
        }
    }

    private static Policy oneItemEach(Policy policy) {
        Policy.Limits all = policy.limits();
        var one =
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
                        all.faults());
        return new Policy(
                policy.pay(),
                one,
                policy.pace(),
                policy.checks(),
                policy.seed(),
                policy.auditSecret());
    }

    private void join(int number, boolean trusted, boolean lies) {
        var owner = new OwnerId("owner" + number);
        nodes.add(new Node(lies));
        if (lies) {
            liars.add(owner);
        }
        Digest token = Digest.of(owner.value().getBytes(StandardCharsets.UTF_8));
        Instant later = now.plus(Duration.ofDays(1));
        ask(n -> new Command.IssueToken(n, owner, token, later), _ -> {});
        if (trusted) {
            ask(n -> new Command.TrustOwner(n, owner, true), _ -> {});
        }
        ask(n -> new Command.RedeemToken(n, token, token), answer -> arrive(number, answer));
        loop.step(List.of(), now);
    }

    private void arrive(int session, Answer answer) {
        var enrolled = (Answer.Enrolled) answer;
        plan(
                Duration.ZERO,
                new Command.NodeArrived(
                        session,
                        enrolled.node(),
                        enrolled.owner(),
                        "net" + session,
                        CLASS,
                        1L << 30));
        plan(
                Duration.ZERO,
                new Command.NodeOffered(
                        session,
                        plan.shard().isZero() ? 256 : 2,
                        Duration.ZERO,
                        List.of(new WarmModel(Truth.DIGEST, 0.4))));
        plan(BEAT, new Command.NodeBeat(session));
    }

    /**
     * So many jobs of so many shards of one item each, every job of a client of its own, begun
     * together, run to their ends.
     */
    public void run(int jobs, int shards) {
        witness.begin();
        for (int i = 0; i < jobs; i++) {
            ClientId client = client(i);
            var job =
                    new JobRequest(
                            MODEL.model(),
                            ItemKind.TEXT,
                            WorkUnits.even(shards, 4),
                            1,
                            Tier.BATCH,
                            now.plus(Duration.ofDays(30)),
                            false,
                            Optional.of(plan.assurance()));
            ask(
                    n -> new Command.SubmitJob(n, client, job),
                    answer -> Broken.unless(answer instanceof Answer.Admitted, "admitted", answer));
        }
        while (witness.openJobs() > 0) {
            step();
        }
    }

    private ClientId client(int number) {
        var client = new ClientId("client" + number);
        if (funded == number) {
            funded++;
            ask(
                    n -> new Command.FundClient(n, client, Money.ofUnits(10_000_000), "all"),
                    answer -> Broken.unless(answer instanceof Answer.Done, "done", answer));
        }
        return client;
    }

    /** What became of the last jobs; every draw in the log is computed again for it. */
    public CoreReport report() {
        return witness.report(log, nodes.stream().filter(node -> node.hostile).count());
    }

    /** How many shards a node was given in one message, on average. */
    public double shardsAMessage() {
        return (double) assigned / Math.max(1, messages);
    }

    /** Enough work for every owner to have passed its warm-up, in jobs of moderate size. */
    public void warmUp() {
        run(plan.owners(), 2 * Standing.WARM_UP);
    }

    private void step() {
        if (!due.isEmpty() && due.peek().at().isAfter(now.plus(TICK))) {
            now = due.peek().at();
        } else {
            now = now.plus(TICK);
        }
        var commands = new ArrayList<Command>();
        while (!due.isEmpty() && !due.peek().at().isAfter(now)) {
            Command command = due.remove().command();
            commands.add(command);
            if (command instanceof Command.NodeBeat beat && node(beat.session()).here) {
                plan(BEAT, beat);
            }
        }
        told.clear();
        loop.step(commands, now);
    }

    private void ask(LongFunction<Command.Asked> command, Consumer<Answer> then) {
        long number = ++request;
        asked.put(number, then);
        loop.step(List.of(command.apply(number)), now);
    }

    private void plan(Duration delay, Command command) {
        due.add(new Due(now.plus(delay), sequence++, command));
    }

    private void send(Send send) {
        switch (send) {
            case Send.Reply reply -> {
                Consumer<Answer> then = asked.remove(reply.request());
                if (then != null) {
                    then.accept(reply.answer());
                }
            }
            case Send.Assign assign -> compute(assign);
            case Send.Compare compare -> compare(compare);
            case Send.Audit audit when witness.isRinger(audit.audit()) -> {}
            case Send.Audit audit -> claims.put(audit.audit(), audit.claim());
            case Send.Dismiss dismiss -> node(dismiss.session()).here = false;
            case Send.Ended ended -> claims.remove(ended.job());
            case Send.Drop _,
                    Send.Cancel _,
                    Send.Welcome _,
                    Send.Earnings _,
                    Send.Announce _,
                    Send.Keep _ -> {}
        }
    }

    private void compute(Send.Assign assign) {
        assigned++;
        messages += told.add(assign.session()) ? 1 : 0;
        Node node = node(assign.session());
        Lease lease = assign.lease();
        Duration took = plan.shard();
        if (!took.isZero()) {
            took = chance.between(took.dividedBy(2), took.multipliedBy(3).dividedBy(2));
            Instant begins = node.freeAt.isAfter(now) ? node.freeAt : now;
            node.freeAt = begins.plus(took);
        }
        boolean lies = node.hostile && lies(node, lease);
        if (lies) {
            wrong.add(lease);
            witness.wrong(lease);
        }
        plan(
                took.isZero() ? took : Duration.between(now, node.freeAt),
                new Command.ResultReturned(
                        assign.session(),
                        lease,
                        new Digest(chance.whole(), chance.whole(), chance.whole(), sequence),
                        lies ? WRONG : RIGHT,
                        (assign.to() - assign.from()) * OUTPUT_BYTES,
                        true,
                        took));
    }

    private boolean lies(Node node, Lease lease) {
        Lease claim = claims.get(lease.job());
        node.results++;
        return claim != null
                ? wrong.contains(claim)
                : node.results > 2 * Standing.WARM_UP && chance.hits(plan.strikes());
    }

    private void compare(Send.Compare compare) {
        List<Lease> leases = compare.leases();
        var distances = new ArrayList<Double>();
        for (int high = 1; high < leases.size(); high++) {
            for (int low = 0; low < high; low++) {
                boolean alike = wrong.contains(leases.get(high)) == wrong.contains(leases.get(low));
                distances.add(alike ? 0 : APART);
            }
        }
        plan(
                Duration.ZERO,
                new Command.Compared(
                        compare.job(), compare.shard(), new Comparison(leases.size(), distances)));
    }

    private Node node(long session) {
        return nodes.get((int) session);
    }

    private boolean isHostile(OwnerId owner) {
        return liars.contains(owner);
    }
}
