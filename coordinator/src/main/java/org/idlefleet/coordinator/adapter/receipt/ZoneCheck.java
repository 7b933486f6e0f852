package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Terms;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Tolerance;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the zone of each vote against its distance and the tolerances, and those against the
 * model's manifest. One receipt, one thread.
 */
final class ZoneCheck {
    private final Optional<Terms> terms;
    private final Map<String, Double> tolerances = new HashMap<>();
    private final Findings findings;

    /** Pairs of numeric classes among the votes. */
    private final Set<String> met = new HashSet<>();

    private int judged;

    ZoneCheck(JobReceipt receipt, Optional<ModelManifest> manifest, Findings findings) {
        this.findings = findings;
        terms = Optional.ofNullable(receipt.terms());
        terms.ifPresent(said -> {
            for (Tolerance tolerance : said.tolerances()) {
                boolean once =
                        tolerances.put(pair(tolerance.a(), tolerance.b()), tolerance.agree())
                                        == null
                                && tolerance.a().compareTo(tolerance.b()) <= 0
                                && tolerance.agree() >= 0;
                findings.require(
                        once,
                        "the tolerance of " + tolerance.a() + " and " + tolerance.b() + " is none");
            }
        });
        manifest.ifPresent(its -> against(its, receipt));
    }

    /** Votes whose zone follows from distance and tolerance. */
    int judged() {
        return judged;
    }

    private void against(ModelManifest manifest, JobReceipt receipt) {
        findings.require(
                manifest.model().value().equals(receipt.model()),
                "the manifest is of " + manifest.model() + ", not of " + receipt.model());
        if (terms.isEmpty()) {
            return;
        }
        ModelManifest.Comparator comparator = manifest.comparator();
        findings.require(
                terms.get().comparator() == comparator.version(),
                "the comparator of the manifest has another version");
        for (Tolerance tolerance : terms.get().tolerances()) {
            double expected =
                    Tolerances.between(
                            comparator,
                            NumericClass.parse(tolerance.a()),
                            NumericClass.parse(tolerance.b()));
            findings.require(
                    tolerance.agree() == expected,
                    "the tolerance of %s and %s is %s in the manifest, the receipt says %s"
                            .formatted(tolerance.a(), tolerance.b(), expected, tolerance.agree()));
        }
    }

    /** The same rule as the voter's: all zones follow from the distances to the canonical vote. */
    void check(Vote canonical, List<Vote> votes, String where) {
        if (terms.isEmpty()) {
            votes.forEach(vote ->
                    findings.require(
                            vote.numericClass().isEmpty(),
                            where + ": a vote has a numeric class without a tolerance"));
            return;
        }
        for (Vote one : votes) {
            votes.forEach(other -> met.add(pair(one.numericClass(), other.numericClass())));
        }
        for (Vote vote : votes) {
            String expected = zone(canonical, votes, vote);
            judged++;
            findings.require(
                    vote.zone().equals(expected),
                    "%s: at distance %s a vote in %s should be %s, found %s"
                            .formatted(
                                    where,
                                    vote.distance(),
                                    vote.numericClass(),
                                    expected,
                                    vote.zone()));
        }
    }

    /** Once every vote was looked at: what is said of tolerances is what they need, and no more. */
    void all() {
        findings.require(
                met.equals(tolerances.keySet()),
                "the tolerances are of other pairs of numeric classes than those of the votes");
    }

    private String zone(Vote canonical, List<Vote> votes, Vote vote) {
        if (agrees(canonical, vote)) {
            return "agreeing";
        }
        double reach = 0;
        for (Vote member : votes) {
            if (agrees(canonical, member)) {
                double there = tolerance(canonical, member);
                double back = tolerance(member, vote);
                boolean measured = there > Tolerances.NONE && back > Tolerances.NONE;
                reach = Math.max(reach, measured ? there + back : Double.POSITIVE_INFINITY);
            }
        }
        return vote.distance() <= reach ? "inconclusive" : "dissenting";
    }

    private boolean agrees(Vote canonical, Vote vote) {
        return vote.distance() <= 0 || vote.distance() <= tolerance(canonical, vote);
    }

    private double tolerance(Vote one, Vote other) {
        Double agree = tolerances.get(pair(one.numericClass(), other.numericClass()));
        if (agree == null) {
            throw new IllegalArgumentException(
                    "nothing is said of the tolerance of "
                            + one.numericClass()
                            + " and "
                            + other.numericClass());
        }
        return agree;
    }

    private static String pair(String one, String other) {
        return one.compareTo(other) <= 0 ? one + " " + other : other + " " + one;
    }
}
