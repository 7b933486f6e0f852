package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Signatures;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.ManifestJson;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The stand-alone check of a {@link JobReceipt}: needs the file, the coordinator's public key, and
 * nothing that runs. With the authority's certificate it checks the nodes' signatures, with the
 * model's manifest the tolerances, with the client's own inputs and outputs that the receipt is
 * about them. One receipt, one thread.
 */
public final class ReceiptVerifier {
    private final Given given;
    private final JobReceipt receipt;
    private final Findings findings;
    private final Assurance assurance;
    private final Optional<ModelManifest> manifest;
    private final VoteCheck votes;
    private final ZoneCheck zones;
    private final DrawCheck draws;
    private final PaymentCheck payments;
    private final AuditCheck audits;
    private int inputsMatched;
    private int outputsMatched;

    /**
     * What the verifier takes as given; all else comes from the receipt and is doubted.
     *
     * @param key the coordinator's
     * @param authority the certificate that nodes' certificates chain to
     * @param commitments digests of audit keys, by day, that the client saw before those days ended
     * @param manifest the model's, as JSON; the receipt names its digest, so it may come from
     *     anywhere
     * @param inputs the client's inputs, in order
     * @param outputs the results that the client got
     */
    public record Given(
            NoteKey key,
            Optional<X509Certificate> authority,
            SortedMap<String, String> commitments,
            Optional<byte[]> manifest,
            Optional<List<byte[]>> inputs,
            Optional<Outputs> outputs) {
        /** The key and nothing else. */
        public Given(NoteKey key) {
            this(
                    key,
                    Optional.empty(),
                    new TreeMap<>(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** The results that a client got, as bytes of any range of items. */
    @FunctionalInterface
    public interface Outputs {
        /**
         * The output's bytes of items {@code from} up to {@code to}; empty if they are not all
         * there.
         */
        Optional<byte[]> of(int from, int to);
    }

    private ReceiptVerifier(JobReceipt receipt, Given given, Findings findings) {
        this.given = given;
        this.receipt = receipt;
        this.findings = findings;
        assurance = named(Assurance.values(), receipt.assurance(), "assurance");
        votes = new VoteCheck(receipt, given.authority(), findings);
        manifest = given.manifest().flatMap(this::manifest);
        zones = new ZoneCheck(receipt, manifest, findings);
        draws = new DrawCheck(receipt, given.commitments(), findings);
        payments = new PaymentCheck(receipt, findings);
        audits = new AuditCheck(receipt, votes, zones, findings);
    }

    /** Checks a file's text; one that cannot be read is a fault, not an exception. */
    public static ReceiptVerification verify(String file, Given given, Signatures signatures) {
        var findings = new Findings();
        try {
            read(file, given, signatures, findings)
                    .ifPresent(receipt -> new ReceiptVerifier(receipt, given, findings).check());
        } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
            findings.fault("the receipt cannot be read: " + e.getMessage());
        }
        return findings.all();
    }

    private static Optional<JobReceipt> read(
            String file, Given given, Signatures signatures, Findings findings) {
        if (file.length() > JobReceipt.CHARS_MAX) {
            findings.fault(
                    "the file has "
                            + file.length()
                            + " characters; a receipt has at most "
                            + JobReceipt.CHARS_MAX
                            + " (receipt-chars)");
            return Optional.empty();
        }
        SignedNote note = SignedNote.parse(file);
        if (note.signatures().size() != 1 || !note.toString().equals(file)) {
            findings.fault("a receipt has one signature, and nothing behind it");
            return Optional.empty();
        }
        if (given.key().kind() != NoteKey.SIGNATURE || !note.isSignedBy(given.key(), signatures)) {
            findings.fault(
                    "the receipt is not signed by "
                            + given.key()
                            + ": it was changed, or another coordinator made it");
            return Optional.empty();
        }
        JobReceipt receipt = JobReceipt.parse(note.text());
        String kind = receipt.terms() == null ? JobReceipt.KIND_1 : JobReceipt.KIND;
        if (!receipt.kind().equals(kind) || !receipt.coordinator().equals(given.key().name())) {
            findings.fault("expected '" + kind + "' of " + given.key().name());
            return Optional.empty();
        }
        return Optional.of(receipt);
    }

    private void check() {
        Instant.parse(receipt.issued());
        Instant.parse(receipt.admitted());
        findings.require(
                assurance.bound().equals(receipt.bound()),
                "the bound is not that of the assurance " + receipt.assurance());
        kind(receipt);
        if (!receipt.end().isEmpty()) {
            named(JobEnd.values(), receipt.end(), "end of a job");
        }
        findings.require(
                assurance == Assurance.QUORUM ? receipt.quorum() >= 1 : receipt.quorum() == 1,
                "a quorum of " + receipt.quorum() + " does not fit the assurance");
        covers();
        receipt.shards().forEach(this::shard);
        receipt.checks().forEach(audits::check);
        zones.all();
        payments.sums();
        state();
        if (!findings.faulty()) {
            new Words(receipt, given, assurance, findings)
                    .say(votes, zones, draws, payments, inputsMatched, outputsMatched);
        }
    }

    /** It is the receipt's, as it was written or with other blanks. */
    private Optional<ModelManifest> manifest(byte[] json) {
        ModelManifest read = ManifestJson.read(json);
        Digest named = Digest.ofHex(receipt.manifest());
        if (!Digest.of(json).equals(named) && !Digest.of(ManifestJson.write(read)).equals(named)) {
            findings.fault("the manifest in the file is not the one of the receipt");
            return Optional.empty();
        }
        return Optional.of(read);
    }

    /** Shards are disjoint; a job that is done has one for every item. */
    private void covers() {
        var ranges = new TreeMap<Integer, Integer>();
        long items = 0;
        for (Shard shard : receipt.shards()) {
            findings.require(
                    0 <= shard.from()
                            && shard.from() < shard.to()
                            && shard.to() <= receipt.itemCount()
                            && ranges.put(shard.from(), shard.to()) == null,
                    "shard " + shard.shard() + " has items that the job has not");
            items += shard.to() - shard.from();
        }
        int at = 0;
        for (var range : ranges.entrySet()) {
            findings.require(range.getKey() >= at, "two shards have item " + range.getKey());
            at = range.getValue();
        }
        findings.require(
                !receipt.end().equals("done") || items == receipt.itemCount(),
                "the job is said to be done, but " + items + " of its items have a result");
    }

    private void shard(Shard shard) {
        String name = "shard " + shard.shard();
        Instant.parse(shard.settled());
        if (shard.canonical() < 0 || shard.canonical() >= shard.votes().size()) {
            findings.fault(name + " names no vote as its result");
            return;
        }
        Vote canonical = shard.votes().get(shard.canonical());
        findings.require(
                canonical.zone().equals("agreeing") && canonical.distance() == 0,
                name + ": its result does not agree with itself");
        var agreeing = new TreeSet<String>();
        var paid = new TreeSet<String>();
        int others = 0;
        for (Vote vote : shard.votes()) {
            boolean own = vote.job().equals(receipt.job()) && vote.shard() == shard.shard();
            others += own ? 0 : 1;
            findings.require(
                    vote.input().equals(canonical.input()),
                    name + ": its votes are about different items");
            votes.check(canonical, vote, name);
            if (vote.zone().equals("agreeing")) {
                agreeing.add(vote.owner());
            }
            if (own && !vote.zone().equals("dissenting")) {
                paid.add(vote.owner());
            }
        }
        // An audit votes on the claim that it checks, too.
        findings.require(
                others == (payments.ofAudit() ? 1 : 0),
                name + " has a vote under a lease of something else");
        findings.require(
                shard.votes().size() > others, name + " has no vote but the claim that it checks");
        int needed = assurance == Assurance.QUORUM ? receipt.quorum() : 1;
        findings.require(
                agreeing.size() >= needed,
                name + ": " + needed + " owners should agree, found " + agreeing.size());
        zones.check(canonical, shard.votes(), name);
        payments.check(shard, paid, name);
        draws.check(shard, canonical, name);
        ofClient(shard, canonical, name);
    }

    /** Whether it is about what the client sent and got. */
    private void ofClient(Shard shard, Vote canonical, String name) {
        given.inputs()
                .ifPresent(inputs -> {
                    if (shard.to() > inputs.size() || inputs.size() != receipt.itemCount()) {
                        findings.fault(
                                "the job has "
                                        + receipt.itemCount()
                                        + " inputs, the file "
                                        + inputs.size());
                        return;
                    }
                    List<byte[]> items = inputs.subList(shard.from(), shard.to());
                    Digest input = ResultStatement.inputOf(kind(receipt), items);
                    manifest.ifPresent(its -> payments.units(shard, items, its, name));
                    inputsMatched++;
                    findings.require(
                            canonical.input().equals(input.hex()),
                            name + " was not computed on the inputs in the file");
                });
        given.outputs()
                .ifPresent(outputs -> {
                    boolean replaced =
                            receipt.retractions().stream()
                                    .anyMatch(wrong -> wrong.shard() == shard.shard());
                    Optional<byte[]> output = outputs.of(shard.from(), shard.to());
                    if (replaced || output.isEmpty()) {
                        findings.require(replaced, name + ": its outputs are not in the file");
                        return;
                    }
                    outputsMatched++;
                    findings.require(
                            canonical.output().equals(Digest.of(output.get()).hex()),
                            name + ": the outputs in the file are not its result");
                });
    }

    private void state() {
        boolean refuted =
                receipt.checks().stream().anyMatch(check -> check.outcome().equals("refuted"));
        boolean unfinished =
                receipt.end().isEmpty()
                        || receipt.checks().stream()
                                .anyMatch(check -> check.outcome().equals("open"));
        String expected =
                !receipt.retractions().isEmpty()
                        ? "retracted"
                        : unfinished ? "provisional" : "final";
        findings.require(
                receipt.state().equals(expected),
                "the state should be '" + expected + "', found '" + receipt.state() + "'");
        if (refuted && receipt.retractions().isEmpty()) {
            findings.open("a check refuted a result, and nothing was retracted yet");
        }
    }

    /** What the job's items are. */
    static ItemKind kind(JobReceipt receipt) {
        return named(ItemKind.values(), receipt.items(), "kind of items");
    }

    private static <T extends Enum<T>> T named(T[] all, String name, String what) {
        for (T one : all) {
            if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("there is no " + what + " '" + name + "'");
    }
}
