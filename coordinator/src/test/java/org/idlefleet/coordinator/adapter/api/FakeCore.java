package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.AuditCounts;
import org.idlefleet.coordinator.ClientTerms;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Once;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.coordinator.fleet.Conduct;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A scripted core: one thread takes commands in order and answers as it was told to. A job's
 * vectors follow from its items alone.
 */
final class FakeCore implements Inbox, AutoCloseable {
    static final int DIMENSIONS = 24;
    static final int TOKENS_PER_ITEM = 3;
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    final FakePayloads payloads = new FakePayloads();
    final Desk desk = new Desk(this, payloads);
    final List<Command> seen = new ArrayList<>();

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final Map<String, View.ApiKey> keys = new TreeMap<>();
    private final Map<JobId, View.Job> jobs = new TreeMap<>();
    private final Map<Optional<Once>, JobId> named = new HashMap<>();
    private final Map<ClientId, ClientTerms> terms = new TreeMap<>();
    private final TreeMap<OwnerId, OwnerTerms> ownerTerms = new TreeMap<>();
    private PayPolicy policy = PayPolicy.plain(RevenueShare.of(1, 700_000, 200_000, 100_000));
    private long lastJob;

    volatile boolean full;
    volatile @Nullable Refusal refusal;
    volatile JobEnd end = JobEnd.DONE;
    volatile String detail = "";

    /** Jobs stay open until {@link #finish}. */
    volatile boolean hold;

    @Override
    public boolean offer(Command command) {
        if (full) {
            return false;
        }
        loop.execute(() -> take((Command.Asked) command));
        return true;
    }

    @Override
    public List<Command> drain(int max, Duration wait) {
        throw new UnsupportedOperationException("this core drives itself");
    }

    void add(KeyRing.Fresh key, String client) {
        keys.put(key.id(), new View.ApiKey(key.id(), new ClientId(client), key.hash(), NOW));
    }

    /** What was asked so far. */
    List<Command> commands() {
        return calm(() -> List.copyOf(seen));
    }

    View.@Nullable Job job(JobId id) {
        return calm(() -> jobs.get(id));
    }

    /** Jobs admitted so far. */
    long jobs() {
        return calm(() -> lastJob);
    }

    void forgetJobs() {
        calm(() -> {
            jobs.clear();
            return true;
        });
    }

    /** Ends an open job as it was told to. */
    void finish(JobId job) {
        loop.execute(() -> finish(known(job)));
    }

    @Override
    public void close() {
        loop.shutdownNow();
    }

    static float[] vector(byte[] item) {
        var random = new Random(Arrays.hashCode(item));
        var vector = new float[DIMENSIONS];
        double sum = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian();
            sum += vector[i] * vector[i];
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (vector[i] / Math.sqrt(sum));
        }
        return vector;
    }

    private <T extends @Nullable Object> T calm(Callable<T> look) {
        try {
            return loop.submit(look).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void take(Command.Asked command) {
        seen.add(command);
        Answer answer = answer(command);
        desk.reply(new Send.Reply(command.request(), answer));
        if (answer instanceof Answer.Admitted admitted && !hold) {
            finish(known(admitted.job()));
        }
    }

    private Answer answer(Command.Asked command) {
        Refusal no = refusal;
        if (no != null && !(command instanceof Command.Look)) {
            return new Answer.Refused(no);
        }
        return switch (command) {
            case Command.SubmitJob submit when named.containsKey(submit.once()) ->
                    new Answer.Repeated(
                            Objects.requireNonNull(named.get(submit.once())), Assurance.QUORUM);
            case Command.SubmitJob submit -> {
                var job = new JobId(++lastJob);
                jobs.put(job, open(job, submit));
                submit.once().ifPresent(once -> named.put(submit.once(), job));
                yield new Answer.Admitted(job, submit.job().assurance().orElse(Assurance.QUORUM));
            }
            case Command.CancelJob cancel -> {
                View.Job job = jobs.get(cancel.job());
                if (job == null || job.end().isPresent() || !job.client().equals(cancel.client())) {
                    yield new Answer.Refused(new Refusal.UnknownJob(cancel.job()));
                }
                jobs.put(cancel.job(), ended(job, JobEnd.CANCELLED, "", List.of()));
                desk.ended(
                        new Send.Ended(
                                cancel.job(), JobEnd.CANCELLED, "", false, 0, 0, Assurance.QUORUM));
                yield new Answer.Done();
            }
            case Command.Look look -> look(look.query());
            case Command.CreateApiKey create -> {
                keys.put(
                        create.key(),
                        new View.ApiKey(create.key(), create.client(), create.secretHash(), NOW));
                yield new Answer.Done();
            }
            case Command.RevokeApiKey revoke ->
                    keys.remove(revoke.key()) == null
                            ? new Answer.Refused(
                                    new Refusal.Conflict("there is no key " + revoke.key()))
                            : new Answer.Done();
            case Command.SetTerms set -> {
                terms.put(set.client(), set.terms());
                yield new Answer.Done();
            }
            case Command.SetPolicy set -> {
                policy = set.policy();
                yield new Answer.Done();
            }
            case Command.SetOwnerTerms set -> {
                ownerTerms.put(set.owner(), set.terms());
                yield new Answer.Done();
            }
            case Command.TrustOwner _,
                    Command.ReinstateOwner _,
                    Command.FundClient _,
                    Command.ChargeBack _,
                    Command.Book _,
                    Command.IssueToken _,
                    Command.BanNode _,
                    Command.RegisterModel _ ->
                    new Answer.Done();
            case Command.RedeemToken _, Command.RenewNode _ ->
                    throw new IllegalStateException("no wish of this door: " + command);
        };
    }

    private Answer look(Query query) {
        return switch (query) {
            case Query.OfJob of ->
                    jobs.containsKey(of.job())
                            ? new Answer.Seen(jobs.get(of.job()))
                            : new Answer.Refused(new Refusal.UnknownJob(of.job()));
            case Query.OfJobs of ->
                    new Answer.Seen(
                            new View.Jobs(
                                    jobs.values().stream()
                                            .filter(job ->
                                                    of.before() == 0
                                                            || job.job().number() < of.before())
                                            .sorted((a, b) -> b.job().compareTo(a.job()))
                                            .limit(of.limit())
                                            .toList()));
            case Query.OfNodes _ -> new Answer.Seen(new View.Nodes(List.of(node())));
            case Query.OfModels _ -> new Answer.Seen(new View.Models(List.of(FakeModels.spec())));
            case Query.OfKeys _ -> new Answer.Seen(new View.ApiKeys(List.copyOf(keys.values())));
            case Query.OfBalances _ ->
                    new Answer.Seen(
                            new View.Balances(
                                    List.of(
                                            new Posting(
                                                    AccountId.prepaid("acme"), Money.ofUnits(5)))));
            case Query.OfClient of ->
                    new Answer.Seen(
                            new View.Client(
                                    of.client(),
                                    Money.ofUnits(5),
                                    Money.ZERO,
                                    terms.getOrDefault(of.client(), ClientTerms.NONE)));
            case Query.OfStandings _ -> new Answer.Seen(new View.Owners(List.of(owner()), false));
            case Query.OfPay _ ->
                    new Answer.Seen(new View.Pay(policy, Optional.of(NOW), Money.ZERO, ownerTerms));
            case Query.OfLoad _ -> new Answer.Seen(new View.Load(3, 8, 2, 1, 40, 2));
        };
    }

    private View.Job known(JobId job) {
        return Objects.requireNonNull(jobs.get(job), () -> job + " is not known");
    }

    private void finish(View.Job job) {
        var shards = new ArrayList<View.Shard>();
        if (end == JobEnd.DONE) {
            List<byte[]> items = payloads.items(job.job());
            int half = (items.size() + 1) / 2;
            var kept = new ArrayList<Kept>();
            for (int from = 0; from < items.size(); from += half) {
                int to = Math.min(items.size(), from + half);
                EmbeddingOutput output = EmbeddingOutput.create(to - from, DIMENSIONS);
                for (int i = from; i < to; i++) {
                    output.set(i - from, TOKENS_PER_ITEM, vector(items.get(i)));
                }
                kept.add(new Kept(from, to, output.raw()));
                shards.add(shard(job.job(), shards.size(), from, to));
            }
            payloads.kept.put(job.job(), kept);
        }
        jobs.put(job.job(), ended(job, end, detail, shards));
        desk.ended(new Send.Ended(job.job(), end, detail, false, 3, 1, job.assurance()));
    }

    private static View.Shard shard(JobId job, int shard, int from, int to) {
        var lease = new Lease(job, shard, 0, 1);
        var digest = Digest.of(new byte[] {(byte) shard});
        var ballot = new Ballot(lease, new NodeId("ann-car"), new OwnerId("ann"), digest, digest);
        return new View.Shard(
                shard,
                from,
                to,
                Optional.of(lease),
                List.of(new View.Vote(ballot, View.VoteFate.AGREEING)),
                List.of(
                        new View.ReplicaFate(
                                new Lease(job, shard, 1, 1),
                                new NodeId("bob-car"),
                                new OwnerId("bob"),
                                "RELEASED owner is back")),
                List.of(new Posting(AccountId.escrow("ann"), Money.ofMillionths(70))));
    }

    private static View.Node node() {
        return new View.Node(
                1,
                new NodeId("ann-car"),
                new OwnerId("ann"),
                new NumericClass("ort-1.28.0", "CPU", "int8", "x86-vnni"),
                NOW,
                2,
                1,
                Duration.ofMinutes(40),
                List.of(),
                17);
    }

    private static View.Owner owner() {
        Standing standing = Standing.fresh(NOW).afterResult().afterAgreement(NOW);
        Device device =
                new Device(
                        List.of(
                                new Device.Shown(
                                        FakeModels.DIGEST,
                                        new NumericClass("ort", "CPU", "model", "x86-vnni"),
                                        7)),
                        7,
                        0,
                        false);
        return new View.Owner(
                new OwnerId("ann"),
                standing,
                standing.state(NOW),
                Against.NOTHING
                        .and(
                                new Against.Outvote(
                                        new NodeId("ann-car"),
                                        new Lease(new JobId(3), 1, 0, 1),
                                        new JobId(4),
                                        NOW))
                        .convicted(new Against.Conviction(new JobId(4), "audit job-4: wrong", NOW)),
                true,
                Optional.of(new OwnerId("mallory")),
                Map.of(new NodeId("ann-car"), device),
                Conduct.NONE,
                3);
    }

    private static View.Job open(JobId id, Command.SubmitJob submit) {
        return new View.Job(
                id,
                submit.client(),
                submit.job().model(),
                FakeModels.DIGEST,
                submit.job().kind(),
                submit.job().units().items(),
                0,
                submit.job().quorum(),
                submit.job().tier(),
                submit.job().durable(),
                NOW,
                submit.job().deadline(),
                Money.ofMillionths(100),
                Money.ZERO,
                submit.job().assurance().orElse(Assurance.QUORUM),
                Optional.empty(),
                0,
                AuditCounts.NONE,
                0,
                List.of(),
                Optional.empty(),
                "",
                Optional.empty(),
                List.of());
    }

    private static View.Job ended(
            View.Job job, JobEnd end, String detail, List<View.Shard> shards) {
        return new View.Job(
                job.job(),
                job.client(),
                job.model(),
                job.manifest(),
                job.kind(),
                job.items(),
                end == JobEnd.DONE ? job.items() : 0,
                job.quorum(),
                job.tier(),
                job.durable(),
                job.admitted(),
                job.deadline(),
                job.ceiling(),
                Money.ofMillionths(100),
                job.assurance(),
                job.audit(),
                shards.size(),
                job.audits(),
                job.openAudits(),
                job.retracted(),
                Optional.of(end),
                detail,
                Optional.of(NOW.plusSeconds(1)),
                shards);
    }
}
