package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Day;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Vote;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.SortedMap;

/** Draws the audits of a receipt again, where the day's key is shown. One receipt, one thread. */
final class DrawCheck {
    private final JobReceipt receipt;
    private final SortedMap<String, String> commitments;
    private final Findings findings;
    private int drawn;

    DrawCheck(JobReceipt receipt, SortedMap<String, String> commitments, Findings findings) {
        this.receipt = receipt;
        this.commitments = commitments;
        this.findings = findings;
    }

    /** Draws that were taken again. */
    int drawn() {
        return drawn;
    }

    /** Whether the client saw beforehand what fixed each of the keys. */
    boolean committed() {
        return receipt.days().stream().allMatch(day -> commitments.containsKey(day.day()));
    }

    void check(Shard shard, Vote canonical, String name) {
        LocalDate day = LocalDate.ofInstant(Instant.parse(shard.settled()), ZoneOffset.UTC);
        findings.require(
                shard.draw().day().equals(day.toString()),
                name + ": its draw is of another day than its result");
        findings.require(
                0 <= shard.draw().ppm() && shard.draw().ppm() <= AuditDraw.ALL,
                name + ": its share of audits is no share");
        if (shard.draw().ppm() == 0) {
            findings.require(
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
            findings.fault(name + ": nothing is said of the key that drew on " + day);
            return;
        }
        String seen = commitments.get(known.day());
        findings.require(
                seen == null || seen.equals(known.commitment()),
                "the audit key of " + day + " is not the one that was committed to");
        if (!known.key().isEmpty()) {
            drawAgain(shard, canonical, known, name);
        }
    }

    private void drawAgain(Shard shard, Vote canonical, Day day, String name) {
        byte[] key = HexFormat.of().parseHex(day.key());
        findings.require(
                AuditDraw.commitment(key).hex().equals(day.commitment()),
                "the audit key of " + day.day() + " does not fit its commitment");
        AuditDraw.Draw again =
                AuditDraw.draw(
                        key,
                        JobId.parse(receipt.job()),
                        shard.shard(),
                        Digest.ofHex(canonical.commit()),
                        shard.draw().ppm());
        drawn++;
        findings.require(
                again.audited() == shard.draw().audited()
                        && again.trusted() == shard.draw().trusted(),
                name + ": the key of " + day.day() + " draws otherwise");
    }
}
