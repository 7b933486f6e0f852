package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.ResultRetracted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Price;
import org.idlefleet.coordinator.adapter.api.Receipts;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Bill;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Check;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Day;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Draw;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Earner;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Further;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Line;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Part;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Retraction;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Terms;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Makes receipts of jobs from the event log, which alone knows what happened: nothing else is kept
 * for them. Thread-safe; reads files and signs, so it is asked on threads that may wait.
 */
public final class ReceiptMaker implements Receipts {
    /** Shards of the largest job that gets a receipt. */
    public static final int SHARDS_MAX = 50_000;

    private final SqliteEventLog log;
    private final CertificateAuthority authority;
    private final NoteSigner signer;
    private final byte[] secret;
    private final InstantSource clock;
    private final Function<Digest, Optional<byte[]>> manifests;

    /**
     * @param signer the key of the ledger's checkpoints
     * @param secret the key of the audit draw; pseudonyms follow from it, too
     * @param manifests the bytes of those that are still kept
     */
    public ReceiptMaker(
            SqliteEventLog log,
            CertificateAuthority authority,
            NoteSigner signer,
            byte[] secret,
            Function<Digest, Optional<byte[]>> manifests,
            InstantSource clock) {
        this.log = log;
        this.authority = authority;
        this.signer = signer;
        this.secret = secret.clone();
        this.manifests = manifests;
        this.clock = clock;
    }

    @Override
    public Optional<SignedNote> of(JobId job) {
        List<Event.Durable> events = log.ofAuditedJob(job);
        JobAdmitted admitted = admission(events, job);
        return admitted == null
                ? Optional.empty()
                : Optional.of(SignedNote.of(new Making(admitted).receipt(events).text(), signer));
    }

    @Override
    public Day day(LocalDate day) {
        Instant begin = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        byte[] key = new AuditDraw(secret).dayKey(begin);
        boolean over =
                !clock.instant().isBefore(day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
        return new Day(
                day.toString(),
                AuditDraw.commitment(key).hex(),
                over ? HexFormat.of().formatHex(key) : "");
    }

    @Override
    public NoteKey key() {
        return signer.key();
    }

    @Override
    public String authority() {
        return authority.pem();
    }

    @Override
    public Optional<byte[]> manifest(Digest digest) {
        return manifests.apply(digest);
    }

    private static @Nullable JobAdmitted admission(List<Event.Durable> events, JobId job) {
        for (Event.Durable event : events) {
            if (event instanceof JobAdmitted admitted && admitted.job().equals(job)) {
                return admitted;
            }
        }
        return null;
    }

    /** One receipt in the making. */
    private final class Making {
        private final JobAdmitted admitted;
        private final Pseudonyms pseudonyms = new Pseudonyms(secret);
        private final Signers signers = new Signers(authority);
        private final TreeSet<LocalDate> days = new TreeSet<>();
        private final List<Shard> shards = new ArrayList<>();
        private final List<Check> checks = new ArrayList<>();
        private final List<Retraction> retractions = new ArrayList<>();
        private final Map<Lease, Evidence> evidence = new HashMap<>();
        private final Optional<ModelManifest> manifest;
        private final Tolerances tolerances = new Tolerances();
        private Money paid = Money.ZERO;
        private Money refunded = Money.ZERO;
        private Optional<JobEnd> end = Optional.empty();

        Making(JobAdmitted admitted) {
            this.admitted = admitted;
            manifest = manifest(admitted.manifest()).map(ManifestJson::read);
        }

        JobReceipt receipt(List<Event.Durable> events) {
            for (Event.Durable event : events) {
                switch (event) {
                    case ShardSettled settled -> shards.add(shard(settled));
                    case JobAdmitted audit
                            when audit.audit().isPresent() && !audit.job().equals(admitted.job()) ->
                            checks.add(check(audit));
                    case ResultRetracted retracted -> retractions.add(retraction(retracted));
                    case JobEnded ended -> {
                        end = Optional.of(ended.end());
                        ended.refund().ifPresent(this::refund);
                    }
                    default -> {}
                }
            }
            boolean open =
                    end.isEmpty()
                            || checks.stream().anyMatch(check -> check.outcome().equals("open"));
            Terms terms = manifest.map(this::terms).orElse(null);
            return new JobReceipt(
                    terms == null ? JobReceipt.KIND_1 : JobReceipt.KIND,
                    signer.key().name(),
                    clock.instant().toString(),
                    admitted.job().toString(),
                    admitted.client().value(),
                    !retractions.isEmpty() ? "retracted" : open ? "provisional" : "final",
                    end.map(how -> how.name().toLowerCase(Locale.ROOT)).orElse(""),
                    admitted.at().toString(),
                    admitted.model().value(),
                    admitted.manifest().hex(),
                    admitted.kind().name().toLowerCase(Locale.ROOT),
                    admitted.units().items(),
                    admitted.quorum(),
                    admitted.assurance().name().toLowerCase(Locale.ROOT),
                    admitted.assurance().bound(),
                    terms,
                    authority.fingerprint().hex(),
                    signers.all(),
                    days.stream().map(ReceiptMaker.this::day).toList(),
                    paid.millionths(),
                    refunded.millionths(),
                    shards,
                    checks,
                    retractions);
        }

        private Terms terms(ModelManifest kept) {
            Price price =
                    admitted.price().orElseGet(() -> new Price(kept.priceMicrosPerWorkUnit(), 0));
            return new Terms(
                    price.micros(),
                    price.surgePpm(),
                    admitted.units().total(),
                    kept.comparator().version(),
                    tolerances.all(kept.comparator()));
        }

        /** A claim that was put to an audit later may stand there without its evidence. */
        private Evidence evidence(Ballot ballot) {
            return ballot.evidence().equals(Evidence.NONE)
                    ? evidence.getOrDefault(ballot.lease(), Evidence.NONE)
                    : ballot.evidence();
        }

        private Shard shard(ShardSettled settled) {
            if (shards.size() == SHARDS_MAX) {
                throw new IllegalArgumentException(
                        "a receipt has at most "
                                + SHARDS_MAX
                                + " shards (receipt-shards); "
                                + settled.job()
                                + " has more: send such work as several jobs");
            }
            settled.agreeing().forEach(ballot -> evidence.put(ballot.lease(), ballot.evidence()));
            paid = paid.plus(settled.charged(admitted.payer()));
            LocalDate day = LocalDate.ofInstant(settled.at(), ZoneOffset.UTC);
            if (settled.auditPpm() > 0) {
                days.add(day);
            }
            List<Vote> votes = votes(settled);
            return new Shard(
                    settled.shard(),
                    settled.from(),
                    settled.to(),
                    settled.at().toString(),
                    settled.payment().id().toString(),
                    lines(settled.payment()),
                    manifest.isPresent() ? bill(settled) : null,
                    new Draw(
                            settled.auditPpm(),
                            day.toString(),
                            settled.draw().audited(),
                            settled.draw().trusted()),
                    canonical(votes, settled),
                    votes);
        }

        private Bill bill(ShardSettled settled) {
            return new Bill(
                    settled.payment().policy(),
                    admitted.units().between(settled.from(), settled.to()) * admitted.quorum(),
                    settled.further().stream()
                            .map(part -> new Further(part.id().toString(), lines(part)))
                            .toList(),
                    settled.contributors().stream().map(this::earner).toList());
        }

        private Earner earner(Contributor contributor) {
            return new Earner(
                    pseudonyms.of(new OwnerId(contributor.owner())),
                    contributor.fleet().map(OwnerId::new).map(pseudonyms::of).orElse(""),
                    contributor.referrer().map(OwnerId::new).map(pseudonyms::of).orElse(""));
        }

        private static int canonical(List<Vote> votes, ShardSettled settled) {
            int canonical = 0;
            while (!isOf(votes.get(canonical), settled)) {
                canonical++;
            }
            return canonical;
        }

        private static boolean isOf(Vote vote, ShardSettled settled) {
            return vote.job().equals(settled.canonical().job().toString())
                    && vote.shard() == settled.canonical().shard()
                    && vote.attempt() == settled.canonical().attempt()
                    && vote.epoch() == settled.canonical().epoch();
        }

        private List<Line> lines(Transaction payment) {
            var lines = new ArrayList<Line>();
            for (Posting posting : payment.postings()) {
                lines.add(
                        new Line(
                                pseudonyms.path(posting.account()), posting.amount().millionths()));
            }
            return lines;
        }

        /** Agreeing votes first, then inconclusive and dissenting ones: as distances are kept. */
        private List<Vote> votes(ShardSettled settled) {
            var votes = new ArrayList<Vote>();
            settled.agreeing()
                    .forEach(ballot -> votes.add(vote(ballot, "agreeing", settled, votes.size())));
            settled.inconclusive()
                    .forEach(ballot ->
                            votes.add(vote(ballot, "inconclusive", settled, votes.size())));
            settled.dissenting()
                    .forEach(
                            ballot -> votes.add(vote(ballot, "dissenting", settled, votes.size())));
            tolerances.met(settled);
            return votes;
        }

        private Vote vote(Ballot ballot, String zone, ShardSettled settled, int place) {
            boolean measured = place < settled.distances().size();
            return vote(ballot, zone, measured ? settled.distances().get(place) : 0);
        }

        private Vote vote(Ballot ballot, String zone, double distance) {
            Evidence evidence = evidence(ballot);
            String owner = pseudonyms.of(ballot.owner());
            Optional<NodeSignature> signed = evidence.signature();
            int place = -1;
            if (signed.isPresent() && evidence.input().isPresent()) {
                var statement =
                        new ResultStatement(
                                ballot.lease(),
                                admitted.manifest(),
                                evidence.input().get(),
                                ballot.output(),
                                ballot.commit());
                place = signers.place(owner, statement, signed.get());
            }
            return new Vote(
                    owner,
                    ballot.lease().job().toString(),
                    ballot.lease().shard(),
                    ballot.lease().attempt(),
                    ballot.lease().epoch(),
                    evidence.input().map(Digest::hex).orElse(""),
                    ballot.output().hex(),
                    ballot.commit().hex(),
                    zone,
                    distance,
                    place,
                    place < 0 ? "" : Base64.getEncoder().encodeToString(signed.get().signature()),
                    manifest.isPresent() ? ballot.numericClass().toString() : "");
        }

        private Check check(JobAdmitted audit) {
            var of = audit.audit().orElseThrow();
            var parts = new ArrayList<Part>();
            boolean refuted = false;
            boolean doubted = false;
            Optional<JobEnd> ended = Optional.empty();
            for (Event.Durable event : log.ofJob(audit.job())) {
                if (event instanceof ShardSettled settled) {
                    refuted |= settled.dissenting().contains(of.claim());
                    doubted |= settled.inconclusive().contains(of.claim());
                    List<Vote> votes = votes(settled);
                    parts.add(
                            new Part(
                                    of.from() + settled.from(),
                                    of.from() + settled.to(),
                                    votes,
                                    manifest.isPresent() ? canonical(votes, settled) : null));
                } else if (event instanceof JobEnded how) {
                    ended = Optional.of(how.end());
                }
            }
            String outcome =
                    refuted
                            ? "refuted"
                            : ended.isEmpty()
                                    ? "open"
                                    : ended.get() != JobEnd.DONE
                                            ? "unchecked"
                                            : doubted ? "inconclusive" : "upheld";
            return new Check(
                    audit.job().toString(),
                    of.shard(),
                    of.from(),
                    of.to(),
                    of.trusted(),
                    outcome,
                    vote(of.claim(), "claim", 0),
                    parts,
                    manifest.isPresent() ? of.cause().name().toLowerCase(Locale.ROOT) : "");
        }

        private Retraction retraction(ResultRetracted retracted) {
            Money before = refunded;
            retracted.refund().ifPresent(this::refund);
            return new Retraction(
                    retracted.shard(),
                    retracted.from(),
                    retracted.to(),
                    retracted.audit().toString(),
                    retracted.at().toString(),
                    refunded.minus(before).millionths());
        }

        private void refund(Transaction transaction) {
            refunded =
                    refunded.plus(transaction.change(AccountId.prepaid(admitted.client().value())));
        }
    }
}
