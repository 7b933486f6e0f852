package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Terms;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Given;
import org.idlefleet.coordinator.verification.Assurance;

import java.math.BigDecimal;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says in plain words what a receipt proves that holds, and what it does not. */
final class Words {
    /** Withdrawn results that are named; the receipt itself has all. */
    private static final int WITHDRAWN_SAID = 5;

    private final JobReceipt receipt;
    private final Given given;
    private final Assurance assurance;
    private final Findings findings;

    Words(JobReceipt receipt, Given given, Assurance assurance, Findings findings) {
        this.receipt = receipt;
        this.given = given;
        this.assurance = assurance;
        this.findings = findings;
    }

    void say(
            VoteCheck votes,
            ZoneCheck zones,
            DrawCheck draws,
            PaymentCheck payments,
            int inputsMatched,
            int outputsMatched) {
        findings.proven(
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
                                assurance.word()));
        findings.proven(
                "%d shards cost %s credits, every payment sums to zero; %s came back."
                        .formatted(
                                receipt.shards().size(),
                                credits(receipt.paidMicros()),
                                credits(receipt.refundedMicros())));
        sayPrice(payments);
        if (votes.signed() > 0) {
            findings.proven(
                    "%d of %d results are signed by certified devices: model, input, output and commit are what those devices stated."
                            .formatted(votes.signed(), votes.results()));
        }
        if (zones.judged() > 0) {
            findings.proven(
                    "The zones of %d votes follow from their distances and the tolerances%s."
                            .formatted(
                                    zones.judged(),
                                    given.manifest().isPresent()
                                            ? ", which are the manifest's"
                                            : " in the receipt"));
        }
        if (assurance.audited()) {
            findings.proven(
                    "%d results were drawn for a check; %d checks are shown%s."
                            .formatted(drawn(), receipt.checks().size(), outcomes()));
        }
        sayWithdrawn();
        if (draws.drawn() > 0) {
            findings.proven("%d draws follow from the audit keys shown.".formatted(draws.drawn()));
        }
        if (inputsMatched > 0) {
            findings.proven(
                    "The inputs in the file are those of %d shards.".formatted(inputsMatched));
        }
        if (outputsMatched > 0) {
            findings.proven(
                    "The outputs in the file are those of %d shards.".formatted(outputsMatched));
        }
        sayOpen(votes, draws, payments);
    }

    /** Such as {@code : 3 upheld, 1 refuted}; empty if there are no checks. */
    private String outcomes() {
        var counts = new TreeMap<String, Integer>();
        receipt.checks().forEach(check -> counts.merge(check.outcome(), 1, Integer::sum));
        return counts.isEmpty()
                ? ""
                : counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", ", ": ", ""));
    }

    private void sayWithdrawn() {
        List<JobReceipt.Retraction> all = receipt.retractions();
        for (JobReceipt.Retraction wrong : all.subList(0, Math.min(all.size(), WITHDRAWN_SAID))) {
            findings.proven(
                    "WITHDRAWN: items %d to %d of shard %d, after the check %s; %s credits came back for them."
                            .formatted(
                                    wrong.from(),
                                    wrong.to(),
                                    wrong.shard(),
                                    wrong.audit(),
                                    credits(wrong.refundedMicros())));
        }
        if (all.size() > WITHDRAWN_SAID) {
            findings.proven(
                    "%d more were withdrawn; the receipt names them."
                            .formatted(all.size() - WITHDRAWN_SAID));
        }
    }

    private void sayOpen(VoteCheck votes, DrawCheck draws, PaymentCheck payments) {
        findings.open("That the results are right, beyond this: " + assurance.bound() + ".");
        if (given.authority().isEmpty()) {
            findings.open(
                    "Whose devices computed: no certificate of the authority was given (--ca).");
        } else if (votes.signed() < votes.results()) {
            findings.open(
                    "That devices stated the other %d results: they are older and sign nothing, or their signature did not fit."
                            .formatted(votes.results() - votes.signed()));
        }
        findings.open("That two pseudonyms are two people: the coordinator gave them.");
        if (receipt.shards().stream().anyMatch(shard -> shard.draw().ppm() > 0)) {
            boolean hidden = receipt.days().stream().anyMatch(day -> day.key().isEmpty());
            if (hidden) {
                findings.open(
                        "Draws of today: their key is shown after the day; fetch the receipt"
                                + " again.");
            }
            if (!draws.committed()) {
                findings.open(
                        "That the audit keys were fixed beforehand: name what was committed to on"
                                + " the day (--commitment DAY=HEX).");
            }
        }
        sayOpenTerms(payments);
        long unaudited =
                receipt.shards().stream()
                        .filter(shard -> shard.draw().audited())
                        .filter(shard ->
                                receipt.checks().stream()
                                        .noneMatch(check ->
                                                check.shard() == shard.shard()
                                                        && check.outcome().equals("upheld")))
                        .count();
        if (unaudited > 0) {
            findings.open(
                    "That %d of the %d results drawn for a check are right: no check of them is shown that found it so."
                            .formatted(unaudited, drawn()));
        }
        if (given.inputs().isEmpty()) {
            findings.open("That it is about your inputs: give them with --inputs.");
        }
        if (given.outputs().isEmpty()) {
            findings.open("That it is about the outputs you got: give them with --outputs.");
        }
        findings.open(
                "That the payments are in the ledger: 'idlefleet ledger verify' of an export shows"
                        + " that.");
    }

    private void sayPrice(PaymentCheck payments) {
        Terms terms = receipt.terms();
        if (terms == null || receipt.shards().isEmpty()) {
            return;
        }
        String versions =
                payments.policies().stream().map(String::valueOf).collect(Collectors.joining(", "));
        findings.proven(
                "That is %d units of work at %s credits each%s, divided by policy version %s."
                        .formatted(
                                payments.units(),
                                credits(terms.unitMicros()),
                                payments.surge() == 0
                                        ? ""
                                        : " and " + credits(payments.surge()) + " of surge",
                                versions));
        if (payments.unitsCounted()) {
            findings.proven("The units are what the manifest makes of the inputs in the file.");
        }
    }

    private void sayOpenTerms(PaymentCheck payments) {
        if (receipt.terms() == null) {
            findings.open(
                    "That votes were judged by the model's tolerances, and what a unit of work"
                            + " costs: this receipt does not name them.");
            return;
        }
        boolean votesDiffer =
                receipt.shards().stream()
                        .flatMap(shard -> shard.votes().stream())
                        .anyMatch(vote -> vote.distance() > 0);
        if (votesDiffer) {
            findings.open("That the distances are right: the coordinator measured them.");
        }
        if (given.manifest().isEmpty()) {
            findings.open(
                    "That the tolerances are the model's: give its manifest with --manifest.");
        }
        if (!payments.unitsCounted()) {
            findings.open(
                    "That your inputs are so many units of work: give them and the manifest.");
        }
        findings.open(
                "That the policy divides a payment just so, and whom a fleet or a referrer belongs"
                        + " to: the coordinator says so.");
    }

    private long drawn() {
        return receipt.shards().stream().filter(shard -> shard.draw().audited()).count();
    }

    private static String credits(long micros) {
        return BigDecimal.valueOf(micros, 6).toPlainString();
    }
}
