package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Check;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Day;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Line;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Part;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Retraction;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Signer;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Signatures;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.idlefleet.protocol.adapter.PseudonymCertificate;

import java.math.BigDecimal;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The stand-alone check of a {@link JobReceipt}: needs the file, the coordinator's public key, and
 * nothing that runs. With the authority's certificate it checks the nodes' signatures, with the
 * client's own inputs and outputs that the receipt is about them. One receipt, one thread.
 */
public final class ReceiptVerifier {
    /** Where the part of a payment goes that is no owner's. */
    private static final List<String> PLATFORM =
            List.of(AccountId.REVENUE.path(), AccountId.VERIFICATION.path());

    private final Given given;
    private final List<String> faults = new ArrayList<>();
    private final List<String> proven = new ArrayList<>();
    private final List<String> open = new ArrayList<>();
    private final List<Optional<PublicKey>> keys = new ArrayList<>();

    /** Leases of all results, and of those whose signature was checked. */
    private final Set<Lease> results = new HashSet<>();

    private final Set<Lease> signed = new HashSet<>();
    private int inputsMatched;
    private int outputsMatched;
    private int drawsChecked;

    /**
     * What the verifier takes as given; all else comes from the receipt and is doubted.
     *
     * @param key the coordinator's
     * @param authority the certificate that nodes' certificates chain to
     * @param commitments digests of audit keys, by day, that the client saw before those days ended
     * @param inputs the client's inputs, in order
     * @param outputs the results that the client got
     */
    public record Given(
            NoteKey key,
            Optional<X509Certificate> authority,
            TreeMap<String, String> commitments,
            Optional<List<byte[]>> inputs,
            Optional<Outputs> outputs) {
        /** The key and nothing else. */
        public Given(NoteKey key) {
            this(key, Optional.empty(), new TreeMap<>(), Optional.empty(), Optional.empty());
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

    private ReceiptVerifier(Given given) {
        this.given = given;
    }

    /** Checks a file's text; one that cannot be read is a fault, not an exception. */
    public static ReceiptVerification verify(String file, Given given, Signatures signatures) {
        var verifier = new ReceiptVerifier(given);
        try {
            verifier.read(file, signatures).ifPresent(verifier::check);
        } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
            verifier.faults.add("the receipt cannot be read: " + e.getMessage());
        }
        return new ReceiptVerification(verifier.faults, verifier.proven, verifier.open);
    }

    private Optional<JobReceipt> read(String file, Signatures signatures) {
        if (file.length() > JobReceipt.CHARS_MAX) {
            faults.add(
                    "the file has "
                            + file.length()
                            + " characters; a receipt has at most "
                            + JobReceipt.CHARS_MAX
                            + " (receipt-chars)");
            return Optional.empty();
        }
        SignedNote note = SignedNote.parse(file);
        if (note.signatures().size() != 1 || !note.toString().equals(file)) {
            faults.add("a receipt has one signature, and nothing behind it");
            return Optional.empty();
        }
        if (given.key().kind() != NoteKey.SIGNATURE || !note.isSignedBy(given.key(), signatures)) {
            faults.add(
                    "the receipt is not signed by "
                            + given.key()
                            + ": it was changed, or another coordinator made it");
            return Optional.empty();
        }
        JobReceipt receipt = JobReceipt.parse(note.text());
        if (!receipt.kind().equals(JobReceipt.KIND)
                || !receipt.coordinator().equals(given.key().name())) {
            faults.add("expected '" + JobReceipt.KIND + "' of " + given.key().name());
            return Optional.empty();
        }
        return Optional.of(receipt);
    }

    private void check(JobReceipt receipt) {
        Instant.parse(receipt.issued());
        Instant.parse(receipt.admitted());
        Assurance assurance = named(Assurance.values(), receipt.assurance(), "assurance");
        require(
                assurance.bound().equals(receipt.bound()),
                "the bound is not that of the assurance " + receipt.assurance());
        named(ItemKind.values(), receipt.items(), "kind of items");
        if (!receipt.end().isEmpty()) {
            named(JobEnd.values(), receipt.end(), "end of a job");
        }
        require(
                assurance == Assurance.QUORUM ? receipt.quorum() >= 1 : receipt.quorum() == 1,
                "a quorum of " + receipt.quorum() + " does not fit the assurance");
        certificates(receipt);
        covers(receipt);
        for (Shard shard : receipt.shards()) {
            shard(receipt, assurance, shard);
        }
        receipt.checks().forEach(check -> check(receipt, check));
        money(receipt);
        state(receipt);
        if (faults.isEmpty()) {
            say(receipt, assurance);
        }
    }

    private void certificates(JobReceipt receipt) {
        if (given.authority().isEmpty()) {
            receipt.signers().forEach(_ -> keys.add(Optional.empty()));
            return;
        }
        X509Certificate authority = given.authority().get();
        require(
                PseudonymCertificate.fingerprint(authority).hex().equals(receipt.authority()),
                "the nodes' certificates are of another authority than the one given");
        for (Signer signer : receipt.signers()) {
            try {
                keys.add(
                        Optional.of(
                                PseudonymCertificate.key(
                                        authority, bytes(signer.certificate()), signer.owner())));
            } catch (GeneralSecurityException e) {
                keys.add(Optional.empty());
                faults.add(
                        "the certificate of a node of " + signer.owner() + ": " + e.getMessage());
            }
        }
    }

    /** Shards are disjoint; a job that is done has one for every item. */
    private void covers(JobReceipt receipt) {
        var ranges = new TreeMap<Integer, Integer>();
        long items = 0;
        for (Shard shard : receipt.shards()) {
            require(
                    0 <= shard.from()
                            && shard.from() < shard.to()
                            && shard.to() <= receipt.itemCount()
                            && ranges.put(shard.from(), shard.to()) == null,
                    "shard " + shard.shard() + " has items that the job has not");
            items += shard.to() - shard.from();
        }
        int at = 0;
        for (var range : ranges.entrySet()) {
            require(range.getKey() >= at, "two shards have item " + range.getKey());
            at = range.getValue();
        }
        require(
                !receipt.end().equals("done") || items == receipt.itemCount(),
                "the job is said to be done, but " + items + " of its items have a result");
    }

    private void shard(JobReceipt receipt, Assurance assurance, Shard shard) {
        String name = "shard " + shard.shard();
        Instant.parse(shard.settled());
        if (shard.canonical() < 0 || shard.canonical() >= shard.votes().size()) {
            faults.add(name + " names no vote as its result");
            return;
        }
        Vote canonical = shard.votes().get(shard.canonical());
        require(
                canonical.zone().equals("agreeing") && canonical.distance() == 0,
                name + ": its result does not agree with itself");
        var agreeing = new TreeSet<String>();
        var paid = new TreeSet<String>();
        for (Vote vote : shard.votes()) {
            require(
                    vote.job().equals(receipt.job()) && vote.shard() == shard.shard(),
                    name + " has a vote under a lease of something else");
            require(
                    vote.input().equals(canonical.input()),
                    name + ": its votes are about different items");
            vote(receipt, canonical, vote, name);
            if (vote.zone().equals("agreeing")) {
                agreeing.add(vote.owner());
            }
            if (!vote.zone().equals("dissenting")) {
                paid.add(vote.owner());
            }
        }
        int needed = assurance == Assurance.QUORUM ? receipt.quorum() : 1;
        require(
                agreeing.size() >= needed,
                name + ": " + needed + " owners should agree, found " + agreeing.size());
        payment(receipt, shard, paid, name);
        draw(shard, canonical, receipt, name);
        ofClient(receipt, shard, canonical, name);
    }

    /** Equal bytes agree at no distance; the signature is the certified node's. */
    private void vote(JobReceipt receipt, Vote canonical, Vote vote, String where) {
        boolean zoned =
                switch (vote.zone()) {
                    case "agreeing", "claim" -> true;
                    case "inconclusive", "dissenting" ->
                            vote.distance() > 0 && !vote.output().equals(canonical.output());
                    default -> false;
                };
        require(
                zoned
                        && vote.distance() >= 0
                        && (vote.distance() == 0 || !vote.output().equals(canonical.output())),
                where + ": the zone '" + vote.zone() + "' does not fit distance and bytes");
        var lease = new Lease(JobId.parse(vote.job()), vote.shard(), vote.attempt(), vote.epoch());
        results.add(lease);
        var statement =
                new ResultStatement(
                        lease,
                        Digest.ofHex(receipt.manifest()),
                        vote.input().isEmpty()
                                ? new Digest(0, 0, 0, 0)
                                : Digest.ofHex(vote.input()),
                        Digest.ofHex(vote.output()),
                        Digest.ofHex(vote.commit()));
        if (vote.signer() < 0) {
            require(
                    vote.signer() == -1 && vote.signature().isEmpty(),
                    where + " has a signature of nobody");
            return;
        }
        if (vote.signer() >= receipt.signers().size()
                || !receipt.signers().get(vote.signer()).owner().equals(vote.owner())) {
            faults.add(where + ": a result of " + vote.owner() + " is signed by somebody else");
            return;
        }
        byte[] signature = bytes(vote.signature());
        keys.get(vote.signer())
                .ifPresent(key -> {
                    signed.add(lease);
                    require(
                            DeviceKeys.verify(key, statement, signature),
                            where + ": the node's signature of " + vote.owner() + " does not fit");
                });
    }

    /** Whole millionths that sum to zero: from the client's hold, to owners who agreed. */
    private void payment(JobReceipt receipt, Shard shard, Set<String> paid, String name) {
        require(
                shard.transaction().equals("settle/" + receipt.job() + "/" + shard.shard()),
                name + " is paid by a transaction of something else");
        long sum = 0;
        for (Line line : shard.payment()) {
            sum = Math.addExact(sum, line.micros());
            String[] path = line.account().split(":", -1);
            boolean client = line.account().equals(hold(receipt));
            boolean owner = path[0].equals("owner") && path.length == 3 && path[2].equals("escrow");
            require(
                    client ? line.micros() <= 0 : line.micros() >= 0,
                    name + ": " + line.account() + " changes the wrong way");
            require(
                    client || owner || PLATFORM.contains(line.account()),
                    name + ": nobody knows the account " + line.account());
            require(
                    !owner || paid.contains(path[1]),
                    name + ": " + line.account() + " is paid for a result that is not its own");
        }
        require(sum == 0, name + ": its payment is off by " + sum + " millionths");
    }

    private static String hold(JobReceipt receipt) {
        return "client:" + receipt.client() + ":hold";
    }

    /** The draw follows from the day's key, once that is shown. */
    private void draw(Shard shard, Vote canonical, JobReceipt receipt, String name) {
        LocalDate day = LocalDate.ofInstant(Instant.parse(shard.settled()), ZoneOffset.UTC);
        require(
                shard.draw().day().equals(day.toString()),
                name + ": its draw is of another day than its result");
        require(
                0 <= shard.draw().ppm() && shard.draw().ppm() <= AuditDraw.ALL,
                name + ": its share of audits is no share");
        if (shard.draw().ppm() == 0) {
            require(
                    !shard.draw().audited() && !shard.draw().trusted(),
                    name + " was drawn although nothing was to be");
            return;
        }
        Day known =
                receipt.days().stream()
                        .filter(shown -> shown.day().equals(shard.draw().day()))
                        .findFirst()
                        .orElse(null);
        if (known == null) {
            faults.add(name + ": nothing is said of the key that drew on " + day);
            return;
        }
        String seen = given.commitments().get(known.day());
        require(
                seen == null || seen.equals(known.commitment()),
                "the audit key of " + day + " is not the one that was committed to");
        if (known.key().isEmpty()) {
            return;
        }
        byte[] key = HexFormat.of().parseHex(known.key());
        require(
                AuditDraw.commitment(key).hex().equals(known.commitment()),
                "the audit key of " + day + " does not fit its commitment");
        AuditDraw.Draw again =
                AuditDraw.draw(
                        key,
                        JobId.parse(receipt.job()),
                        shard.shard(),
                        Digest.ofHex(canonical.commit()),
                        shard.draw().ppm());
        drawsChecked++;
        require(
                again.audited() == shard.draw().audited()
                        && again.trusted() == shard.draw().trusted(),
                name + ": the key of " + day + " draws otherwise");
    }

    /** Whether it is about what the client sent and got. */
    private void ofClient(JobReceipt receipt, Shard shard, Vote canonical, String name) {
        given.inputs()
                .ifPresent(inputs -> {
                    if (shard.to() > inputs.size() || inputs.size() != receipt.itemCount()) {
                        faults.add(
                                "the job has "
                                        + receipt.itemCount()
                                        + " inputs, the file "
                                        + inputs.size());
                        return;
                    }
                    ItemKind kind = named(ItemKind.values(), receipt.items(), "kind of items");
                    Digest input =
                            ResultStatement.inputOf(kind, inputs.subList(shard.from(), shard.to()));
                    inputsMatched++;
                    require(
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
                        require(replaced, name + ": its outputs are not in the file");
                        return;
                    }
                    outputsMatched++;
                    require(
                            canonical.output().equals(Digest.of(output.get()).hex()),
                            name + ": the outputs in the file are not its result");
                });
    }

    private void check(JobReceipt receipt, Check check) {
        String name = "check " + check.job();
        Optional<Shard> of =
                receipt.shards().stream()
                        .filter(shard -> shard.shard() == check.shard())
                        .findFirst();
        if (of.isEmpty() || of.get().from() > check.from() || of.get().to() < check.to()) {
            faults.add(name + " is of items that no shard has");
            return;
        }
        require(
                of.get().votes().stream().anyMatch(vote -> same(vote, check.claim())),
                name + " checks a result that the receipt does not have");
        require(
                check.claim().zone().equals("claim") && check.claim().distance() == 0,
                name + " says of its claim what nobody measured");
        boolean refuted = false;
        boolean doubted = false;
        var parts = new TreeMap<Integer, Integer>();
        for (Part part : check.parts()) {
            require(
                    check.from() <= part.from()
                            && part.from() < part.to()
                            && part.to() <= check.to()
                            && parts.put(part.from(), part.to()) == null,
                    name + " has a part outside of it");
            Vote canonical =
                    part.votes().stream()
                            .filter(vote -> vote.zone().equals("agreeing") && vote.distance() == 0)
                            .findFirst()
                            .orElse(null);
            if (canonical == null) {
                faults.add(name + " has a part without a result");
                continue;
            }
            int others = 0;
            for (Vote vote : part.votes()) {
                vote(receipt, canonical, vote, name);
                if (same(vote, check.claim())) {
                    refuted |= vote.zone().equals("dissenting");
                    doubted |= vote.zone().equals("inconclusive");
                } else {
                    others++;
                    require(
                            vote.job().equals(check.job()),
                            name + " has a vote under a lease of something else");
                    require(
                            !vote.owner().equals(check.claim().owner()),
                            name + ": an owner checked itself");
                }
            }
            require(others > 0, name + " has a part that nobody checked");
        }
        int at = check.from();
        for (var part : parts.entrySet()) {
            at = part.getKey() == at ? part.getValue() : Integer.MAX_VALUE;
        }
        boolean whole = at == check.to();
        boolean fits =
                switch (check.outcome()) {
                    case "refuted" -> refuted;
                    case "inconclusive" -> doubted && !refuted && whole;
                    case "upheld" -> !doubted && !refuted && whole;
                    case "open", "unchecked" -> !refuted;
                    default -> false;
                };
        require(
                fits,
                name + ": its outcome '" + check.outcome() + "' does not follow from its votes");
    }

    private static boolean same(Vote one, Vote other) {
        return one.job().equals(other.job())
                && one.shard() == other.shard()
                && one.attempt() == other.attempt()
                && one.epoch() == other.epoch()
                && one.owner().equals(other.owner())
                && one.commit().equals(other.commit())
                && one.output().equals(other.output())
                && one.input().equals(other.input())
                && one.signer() == other.signer()
                && one.signature().equals(other.signature());
    }

    private void money(JobReceipt receipt) {
        long paid = 0;
        for (Shard shard : receipt.shards()) {
            for (Line line : shard.payment()) {
                paid -= line.account().equals(hold(receipt)) ? line.micros() : 0;
            }
        }
        require(
                paid == receipt.paidMicros(),
                "the shards cost "
                        + paid
                        + " millionths, the receipt says "
                        + receipt.paidMicros());
        long back = 0;
        for (Retraction retraction : receipt.retractions()) {
            Instant.parse(retraction.at());
            require(retraction.refundedMicros() >= 0, "a refund takes money");
            back += retraction.refundedMicros();
        }
        boolean failed = !receipt.end().isEmpty() && !receipt.end().equals("done");
        require(
                receipt.refundedMicros() == back || failed && receipt.refundedMicros() > back,
                "the refunds sum to " + back + ", the receipt says " + receipt.refundedMicros());
    }

    private void state(JobReceipt receipt) {
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
        require(
                receipt.state().equals(expected),
                "the state should be '" + expected + "', found '" + receipt.state() + "'");
        if (refuted && receipt.retractions().isEmpty()) {
            open.add("a check refuted a result, and nothing was retracted yet");
        }
    }

    private void say(JobReceipt receipt, Assurance assurance) {
        long drawn = receipt.shards().stream().filter(shard -> shard.draw().audited()).count();
        proven.add(
                "%s signed that %s of %s is %s: %d of %d items of %s (manifest %s), assurance %s."
                        .formatted(
                                receipt.coordinator(),
                                receipt.job(),
                                receipt.client(),
                                receipt.state(),
                                receipt.shards().stream()
                                        .mapToLong(shard -> shard.to() - shard.from())
                                        .sum(),
                                receipt.itemCount(),
                                receipt.model(),
                                receipt.manifest().substring(0, 12),
                                receipt.assurance()));
        proven.add(
                "%d shards cost %s credits, every payment sums to zero; %s came back."
                        .formatted(
                                receipt.shards().size(),
                                credits(receipt.paidMicros()),
                                credits(receipt.refundedMicros())));
        if (!signed.isEmpty()) {
            proven.add(
                    "%d of %d results are signed by certified devices: model, input, output and commit are what those devices stated."
                            .formatted(signed.size(), results.size()));
        }
        if (assurance.audited()) {
            proven.add(
                    "%d results were drawn for a check; %d checks are shown."
                            .formatted(drawn, receipt.checks().size()));
        }
        if (drawsChecked > 0) {
            proven.add("%d draws follow from the audit keys shown.".formatted(drawsChecked));
        }
        if (inputsMatched > 0) {
            proven.add("The inputs in the file are those of %d shards.".formatted(inputsMatched));
        }
        if (outputsMatched > 0) {
            proven.add("The outputs in the file are those of %d shards.".formatted(outputsMatched));
        }
        sayOpen(receipt, assurance);
    }

    private void sayOpen(JobReceipt receipt, Assurance assurance) {
        open.add("That the results are right, beyond this: " + assurance.bound() + ".");
        if (given.authority().isEmpty()) {
            open.add("Whose devices computed: no certificate of the authority was given (--ca).");
        } else if (signed.size() < results.size()) {
            open.add(
                    "That devices stated the other %d results: they are older and sign nothing, or their signature did not fit."
                            .formatted(results.size() - signed.size()));
        }
        open.add("That two pseudonyms are two people: the coordinator gave them.");
        if (receipt.shards().stream().anyMatch(shard -> shard.draw().ppm() > 0)) {
            boolean hidden = receipt.days().stream().anyMatch(day -> day.key().isEmpty());
            boolean seen =
                    receipt.days().stream()
                            .allMatch(day -> given.commitments().containsKey(day.day()));
            if (hidden) {
                open.add(
                        "Draws of today: their key is shown after the day; fetch the receipt"
                                + " again.");
            }
            if (!seen) {
                open.add(
                        "That the audit keys were fixed beforehand: name what was committed to on"
                                + " the day (--commitment DAY=HEX).");
            }
        }
        if (given.inputs().isEmpty()) {
            open.add("That it is about your inputs: give them with --inputs.");
        }
        if (given.outputs().isEmpty()) {
            open.add("That it is about the outputs you got: give them with --outputs.");
        }
        open.add(
                "That the payments are in the ledger: 'idlefleet ledger verify' of an export shows"
                        + " that.");
    }

    /** Base64 has one form here, so that a text has one meaning. */
    private static byte[] bytes(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException("base64 that is not written in its one form");
        }
        return bytes;
    }

    private static String credits(long micros) {
        return BigDecimal.valueOf(micros, 6).toPlainString();
    }

    private static <T extends Enum<T>> T named(T[] all, String name, String what) {
        for (T one : all) {
            if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("there is no " + what + " '" + name + "'");
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
