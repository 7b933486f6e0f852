package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Check;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Part;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Holds the outcomes of audits against the votes that were cast in them. One receipt, one thread.
 */
final class AuditCheck {
    private final JobReceipt receipt;
    private final VoteCheck votes;
    private final ZoneCheck zones;
    private final Findings findings;

    /** What the votes of an audit say of its claim. */
    private boolean refuted;

    private boolean doubted;

    AuditCheck(JobReceipt receipt, VoteCheck votes, ZoneCheck zones, Findings findings) {
        this.receipt = receipt;
        this.votes = votes;
        this.zones = zones;
        this.findings = findings;
    }

    void check(Check check) {
        String name = "check " + check.job();
        Optional<Shard> of =
                receipt.shards().stream()
                        .filter(shard -> shard.shard() == check.shard())
                        .findFirst();
        if (of.isEmpty() || of.get().from() > check.from() || of.get().to() < check.to()) {
            findings.fault(name + " is of items that no shard has");
            return;
        }
        findings.require(
                of.get().votes().stream().anyMatch(vote -> same(vote, check.claim())),
                name + " checks a result that the receipt does not have");
        findings.require(
                check.claim().zone().equals("claim") && check.claim().distance() == 0,
                name + " says of its claim what nobody measured");
        boolean caused =
                switch (check.cause()) {
                    case "" -> receipt.terms() == null;
                    case "drawn" -> receipt.terms() != null && of.get().draw().audited();
                    case "outvoted", "unjudged", "conviction", "disputed" ->
                            receipt.terms() != null;
                    default -> false;
                };
        findings.require(
                caused, name + ": its cause '" + check.cause() + "' does not fit the result");
        refuted = false;
        doubted = false;
        var parts = new TreeMap<Integer, Integer>();
        for (Part part : check.parts()) {
            findings.require(
                    check.from() <= part.from()
                            && part.from() < part.to()
                            && part.to() <= check.to()
                            && parts.put(part.from(), part.to()) == null,
                    name + " has a part outside of it");
            part(check, part, name);
        }
        outcome(check, parts, name);
    }

    private void part(Check check, Part part, String name) {
        Vote canonical = canonical(part);
        if (canonical == null) {
            findings.fault(name + " has a part without a result");
            return;
        }
        int others = 0;
        for (Vote vote : part.votes()) {
            votes.check(canonical, vote, name);
            if (same(vote, check.claim())) {
                refuted |= vote.zone().equals("dissenting");
                doubted |= vote.zone().equals("inconclusive");
            } else {
                others++;
                findings.require(
                        vote.job().equals(check.job()),
                        name + " has a vote under a lease of something else");
                findings.require(
                        !vote.owner().equals(check.claim().owner()),
                        name + ": an owner checked itself");
            }
        }
        zones.check(canonical, part.votes(), name);
        findings.require(others > 0, name + " has a part that nobody checked");
    }

    /** The vote that the others were held against; version 1 does not say which of the agreeing. */
    private @Nullable Vote canonical(Part part) {
        Integer place = part.canonical();
        findings.require(
                (place == null) == (receipt.terms() == null),
                "a check's part does not fit the kind of the receipt");
        if (place != null && (place < 0 || place >= part.votes().size())) {
            return null;
        }
        Optional<Vote> found =
                place == null
                        ? part.votes().stream().filter(AuditCheck::agrees).findFirst()
                        : Optional.of(part.votes().get(place)).filter(AuditCheck::agrees);
        return found.orElse(null);
    }

    private static boolean agrees(Vote vote) {
        return vote.zone().equals("agreeing") && vote.distance() == 0;
    }

    private void outcome(Check check, SortedMap<Integer, Integer> parts, String name) {
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
        findings.require(
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
                && one.signature().equals(other.signature())
                && one.numericClass().equals(other.numericClass());
    }
}
