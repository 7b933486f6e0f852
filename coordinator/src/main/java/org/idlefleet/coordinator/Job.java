package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.SettledRange;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.View.ReplicaFate;
import org.idlefleet.coordinator.View.Shard;
import org.idlefleet.coordinator.View.Vote;
import org.idlefleet.coordinator.View.VoteFate;
import org.idlefleet.coordinator.scheduling.OpenJob;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A job with its open work, its votes, its money and what can be told about it. */
final class Job {
    /** Settled shards that a view of the job shows; the event log has all of them. */
    static final int SHARDS_SHOWN = 20_000;

    private static final int HISTORY_SHOWN = 32;

    private final JobAdmitted admitted;
    private final AccountId payer;
    private final OpenJob work;
    private final Map<Integer, List<Ballot>> ballots = new HashMap<>();
    private final Map<Lease, Came> votesCame = new HashMap<>();
    private final Map<Integer, Comparison> compared = new HashMap<>();
    private final TreeMap<Integer, List<ReplicaFate>> fates = new TreeMap<>();
    private final List<Shard> settled = new ArrayList<>(4);
    private final TreeSet<OwnerId> failersInRow = new TreeSet<>();
    private final TreeSet<OwnerId> inputRefusers = new TreeSet<>();
    private final Optional<Results> alone;
    private final List<Event.ResultRetracted> retracted = new ArrayList<>(0);
    private AuditCounts audits = AuditCounts.NONE;
    private int results;
    private final TreeSet<JobId> openAudits = new TreeSet<>();
    private Money paid = Money.ZERO;
    private String inputDetail = "";
    private int failuresInRow;
    private @Nullable JobEnd end;
    private String detail = "";
    private @Nullable Instant ended;

    Job(JobAdmitted admitted) {
        this.admitted = admitted;
        this.payer = admitted.payer();
        this.work =
                new OpenJob(
                        admitted.job(),
                        admitted.client(),
                        admitted.manifest(),
                        new OpenJob.Terms(
                                admitted.tier() == Tier.INTERACTIVE,
                                admitted.deadline(),
                                admitted.quorum(),
                                admitted.audit().isPresent(),
                                admitted.assurance() == Assurance.TRUSTED_ONLY),
                        admitted.units());
        this.alone =
                admitted.assurance().audited() && admitted.audit().isEmpty()
                        ? Optional.of(new Results(admitted.job()))
                        : Optional.empty();
        admitted.audit()
                .ifPresent(audit -> {
                    work.decline(audit.claim().owner());
                    audit.seenBy().forEach(work::decline);
                });
    }

    JobAdmitted admitted() {
        return admitted;
    }

    OpenJob work() {
        return work;
    }

    /** What its client agreed to; before prices were kept, that was the model's. */
    Price price(ModelSpec model) {
        return admitted.price().orElseGet(() -> new Price(model.priceMicrosPerWorkUnit(), 0));
    }

    /** How an open shard's vote came in. */
    Optional<Delivery> delivery(Lease lease) {
        return Optional.ofNullable(votesCame.get(lease)).flatMap(Came::delivery);
    }

    /** When an open shard's vote came in; empty if it is none of this job's. */
    Optional<Instant> cameAt(Lease lease) {
        return Optional.ofNullable(votesCame.get(lease)).map(Came::at);
    }

    /** A vote on an open shard, as it came in. */
    private record Came(Optional<Delivery> delivery, Instant at) {}

    /** What the client paid for these items of a settled shard, if the job still knows it. */
    Optional<Money> charged(int shard, int from, int to) {
        return alone.flatMap(results -> results.paid(shard))
                .or(() -> shown(shard, from, to))
                .map(paid -> {
                    long whole = admitted.units().between(paid.from(), paid.to());
                    long upTo = admitted.units().between(paid.from(), to);
                    long before = admitted.units().between(paid.from(), from);
                    return part(paid.price(), upTo, whole).minus(part(paid.price(), before, whole));
                });
    }

    private Optional<Results.Paid> shown(int shard, int from, int to) {
        return settled.stream()
                .filter(known -> known.shard() == shard && known.from() <= from && to <= known.to())
                .findFirst()
                .map(known -> {
                    Money price = Money.ZERO;
                    for (Posting posting : known.payment()) {
                        if (posting.account().equals(payer)) {
                            price = price.minus(posting.amount());
                        }
                    }
                    return new Results.Paid(known.from(), known.to(), price);
                });
    }

    /** Rounded down. */
    private static Money part(Money price, long units, long whole) {
        return Money.ofMillionths(
                BigInteger.valueOf(price.millionths())
                        .multiply(BigInteger.valueOf(units))
                        .divide(BigInteger.valueOf(whole))
                        .longValueExact());
    }

    Money paid() {
        return paid;
    }

    /**
     * Votes on an open shard, in the order in which they were stored; of an audit's shard that
     * somebody has voted on, the claim comes first.
     */
    List<Ballot> ballots(int shard) {
        return ballots.getOrDefault(shard, List.of());
    }

    /** The same with one more. */
    List<Ballot> ballotsWith(int shard, Ballot ballot) {
        List<Ballot> before = ballots(shard);
        var all = new ArrayList<Ballot>(before.size() + 2);
        if (before.isEmpty()) {
            admitted.audit().ifPresent(audit -> all.add(audit.claim()));
        }
        all.addAll(before);
        all.add(ballot);
        return all;
    }

    /**
     * Whether this ballot's result is, or may be, what stands for the items of a settled shard from
     * {@code from} on; of a shard restored from a snapshot that is not known any more.
     */
    boolean stands(Ballot claim, int shard, int from) {
        for (Event.ResultRetracted later : retracted.reversed()) {
            if (later.shard() == shard && later.from() == from) {
                return later.by().equals(Optional.of(claim.lease()));
            }
        }
        return alone.flatMap(results -> results.settledBy(shard, claim.lease()))
                .or(() ->
                        settled.stream()
                                .filter(known -> known.shard() == shard)
                                .findFirst()
                                .map(known -> known.canonical().equals(Optional.of(claim.lease()))))
                .orElse(claim.lease().job().equals(admitted.job()));
    }

    /** How many votes must agree: an audit's claim is one of them. */
    int needed() {
        return admitted.audit().isPresent() ? 2 : admitted.quorum();
    }

    AuditCounts audits() {
        return audits;
    }

    /** Settled shards. */
    int results() {
        return results;
    }

    /** The jobs that check its results now. */
    Set<JobId> openAudits() {
        return openAudits;
    }

    /** Another job checks one of its results. */
    void auditOpened(JobId by, AuditOf audit) {
        openAudits.add(by);
        alone.ifPresent(results -> results.look(audit.shard()));
    }

    /** The audit has ended. */
    void auditClosed(Job audit) {
        openAudits.remove(audit.admitted().job());
        if (audit.audits.refuted() > 0) {
            audits = audits.withRefuted();
        } else if (audit.end == JobEnd.DONE && audit.audits.unchecked() == 0) {
            audits = audits.withPassed();
        } else {
            audits = audits.withUnchecked();
        }
    }

    /** The drawn claim that this audit has looked at, with a verdict or without one. */
    Optional<Ballot> looked() {
        return admitted.audit()
                .filter(AuditOf::drawn)
                .filter(_ -> end == JobEnd.DONE || end == JobEnd.NO_QUORUM)
                .map(AuditOf::claim);
    }

    /** The claim that others had voted down and that this audit, a trusted owner's, found right. */
    Optional<Ballot> cleared() {
        return admitted.audit()
                .filter(of -> of.trusted() && of.cause() == AuditOf.Cause.OUTVOTED)
                .filter(_ -> end == JobEnd.DONE)
                .filter(_ -> audits.refuted() + audits.unchecked() == 0)
                .map(AuditOf::claim);
    }

    void retract(Event.ResultRetracted event) {
        retracted.add(event);
        alone.ifPresent(results -> results.look(event.shard()));
    }

    /** Whether it ended before then; an open one did not. */
    boolean endedBefore(Instant then) {
        return ended != null && ended.isBefore(then);
    }

    /** Whether results of it may still be withdrawn, though it has ended. */
    boolean isUnfinal(Instant since, Holds holds) {
        return alone.filter(results ->
                        !endedBefore(since)
                                || results.authors().stream()
                                        .anyMatch(author -> holds.watches(author.node())))
                .isPresent();
    }

    /** Settled results that stand on one owner's word each, if its assurance is of that kind. */
    Optional<Results> alone() {
        return alone;
    }

    /** What a snapshot must say of settled shards, so that a later conviction finds them. */
    List<Event.Unchecked> unchecked() {
        return alone.map(results -> results.unchecked(_ -> true, Integer.MAX_VALUE))
                .orElse(List.of());
    }

    /** Whether the shard has votes that have not been compared with each other. */
    boolean toCompare(int shard) {
        Comparison last = compared.get(shard);
        return ballots(shard).size() >= needed()
                && (last == null || last.ballots() < ballots(shard).size());
    }

    /**
     * Whether one more failure makes {@code most} in a row, of {@code owners} different owners: a
     * single owner who fails everything must not end the jobs of others. Four times as many are too
     * many, whoever failed.
     */
    boolean failsTooOften(OwnerId owner, int most, int owners) {
        int failures = failuresInRow + 1;
        return failures >= most && with(failersInRow, owner) >= owners || failures >= 4 * most;
    }

    /** How many owners say that its input can't be taken, this one among them. */
    int inputRefusersWith(OwnerId owner) {
        return with(inputRefusers, owner);
    }

    /** How many owners were never asked, because they know what an audit is to find out. */
    int barred() {
        return work.declined().size() - inputRefusers.size();
    }

    private static int with(Set<OwnerId> owners, OwnerId owner) {
        return owners.contains(owner) ? owners.size() : owners.size() + 1;
    }

    String inputDetail() {
        return inputDetail;
    }

    void cast(Event.BallotCast event) {
        ballots.put(event.shard(), ballotsWith(event.shard(), event.ballot()));
        votesCame.put(event.ballot().lease(), new Came(event.delivery(), event.at()));
    }

    /** How far apart the votes on an open shard are, as far as they were compared. */
    Optional<Comparison> comparison(int shard) {
        return Optional.ofNullable(compared.get(shard));
    }

    void compared(int shard, Comparison comparison) {
        compared.put(shard, comparison);
    }

    void failed(boolean input, OwnerId owner, String why) {
        failuresInRow++;
        failersInRow.add(owner);
        if (input) {
            if (!work.declined().contains(owner)) {
                inputRefusers.add(owner);
            }
            work.decline(owner);
            inputDetail = why;
        }
    }

    /** A shard that goes back untouched leaves its number behind: the oldest are forgotten. */
    void fate(int shard, ReplicaFate fate) {
        List<ReplicaFate> history = fates.computeIfAbsent(shard, _ -> new ArrayList<>(2));
        if (history.size() < HISTORY_SHOWN) {
            history.add(fate);
        }
        if (fates.size() > SHARDS_SHOWN) {
            fates.pollFirstEntry();
        }
    }

    /**
     * @param number of the result among its device's, if the job stands on single results
     */
    void settle(ShardSettled event, long number) {
        failuresInRow = 0;
        failersInRow.clear();
        List<Ballot> votes = ballots.remove(event.shard());
        if (votes != null) {
            votes.forEach(vote -> votesCame.remove(vote.lease()));
        }
        compared.remove(event.shard());
        List<ReplicaFate> history = fates.isEmpty() ? null : fates.remove(event.shard());
        if (event.draw().audited()) {
            audits = audits.withDrawn();
        }
        admitted.audit()
                .filter(audit -> event.dissenting().contains(audit.claim()))
                .ifPresent(_ -> audits = audits.withRefuted());
        admitted.audit()
                .filter(audit -> event.inconclusive().contains(audit.claim()))
                .ifPresent(_ -> audits = audits.withUnchecked());
        results++;
        Money charged = event.charged(payer);
        paid = paid.plus(charged);
        alone.ifPresent(kept ->
                kept.add(
                        event.shard(),
                        event.from(),
                        event.to(),
                        event.result(),
                        Optional.of(charged),
                        number));
        if (settled.size() < SHARDS_SHOWN) {
            settled.add(
                    new Shard(
                            event.shard(),
                            event.from(),
                            event.to(),
                            Optional.of(event.canonical()),
                            Vote.of(event, votes == null ? List.of() : votes),
                            history == null ? List.of() : history,
                            event.postings()));
        }
    }

    /** From a snapshot: the votes and payments of what was checked are in the log only. */
    void restore(Event.JobRestored event) {
        paid = event.paid();
        audits = event.audits();
        results = event.results();
        work.skipShards(event.nextShard());
        event.settled().forEach(range -> work.settleRange(range.from(), range.to()));
        for (Event.Unchecked known : event.unchecked()) {
            alone.ifPresent(kept ->
                    kept.add(
                            known.shard(),
                            known.from(),
                            known.to(),
                            known.result(),
                            Optional.empty(),
                            0));
            if (settled.size() == SHARDS_SHOWN) {
                continue;
            }
            settled.add(
                    new Shard(
                            known.shard(),
                            known.from(),
                            known.to(),
                            Optional.of(known.result().lease()),
                            List.of(new Vote(known.result(), VoteFate.AGREEING)),
                            List.of(),
                            List.of()));
        }
    }

    void end(JobEnd how, String why, Instant at) {
        end = how;
        detail = why;
        ended = at;
    }

    List<SettledRange> settledRanges() {
        var ranges = new ArrayList<SettledRange>();
        work.openRanges().forEach((from, to) -> ranges.add(new SettledRange(from, to)));
        return complement(ranges);
    }

    private List<SettledRange> complement(List<SettledRange> open) {
        var settledRanges = new ArrayList<SettledRange>();
        int at = 0;
        for (SettledRange range : open) {
            if (range.from() > at) {
                settledRanges.add(new SettledRange(at, range.from()));
            }
            at = range.to();
        }
        if (at < admitted.units().items()) {
            settledRanges.add(new SettledRange(at, admitted.units().items()));
        }
        return settledRanges;
    }

    View.Job view(boolean withShards) {
        return new View.Job(
                admitted.job(),
                admitted.client(),
                admitted.model(),
                admitted.manifest(),
                admitted.kind(),
                admitted.units().items(),
                work.settledItems(),
                admitted.quorum(),
                admitted.tier(),
                admitted.durable(),
                admitted.at(),
                admitted.deadline(),
                admitted.held(),
                paid,
                admitted.assurance(),
                admitted.audit(),
                results,
                audits,
                openAudits.size(),
                retracted,
                Optional.ofNullable(end),
                detail,
                Optional.ofNullable(ended),
                withShards ? shards() : List.of());
    }

    private List<Shard> shards() {
        var shards = new ArrayList<>(settled);
        work.shards()
                .forEach(shard ->
                        shards.add(
                                new Shard(
                                        shard.index(),
                                        shard.from(),
                                        shard.to(),
                                        Optional.empty(),
                                        ballots(shard.index()).stream()
                                                .map(b -> new Vote(b, VoteFate.OPEN))
                                                .toList(),
                                        fates.getOrDefault(shard.index(), List.of()),
                                        List.of())));
        return shards;
    }

    /** The account that it is paid out of. */
    AccountId payer() {
        return payer;
    }
}
