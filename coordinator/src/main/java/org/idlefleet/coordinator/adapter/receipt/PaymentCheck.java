package org.idlefleet.coordinator.adapter.receipt;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Bill;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Earner;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Further;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Line;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Retraction;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Shard;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt.Terms;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds payments against what was agreed: units times the price of one, up to the agreed surge,
 * divided among owners whose results count and those who earn along with them, with nothing left
 * over. One receipt, one thread.
 */
final class PaymentCheck {
    /** Where the part of a payment goes that is no owner's. */
    private static final List<String> PLATFORM =
            List.of(AccountId.REVENUE.path(), AccountId.VERIFICATION.path());

    private final JobReceipt receipt;
    private final Findings findings;
    private final String hold;
    private final TreeSet<Integer> policies = new TreeSet<>();
    private long paid;
    private long surge;
    private long units;
    private boolean unitsCounted;

    PaymentCheck(JobReceipt receipt, Findings findings) {
        this.receipt = receipt;
        this.findings = findings;
        hold = "client:" + receipt.client() + ":hold";
        Terms terms = receipt.terms();
        findings.require(
                terms == null
                        || terms.unitMicros() > 0 && terms.surgePpm() >= 0 && terms.units() > 0,
                "the price of a unit is none");
    }

    /** Work units that were paid. */
    long units() {
        return units;
    }

    /** What surge added to the agreed prices, millionths. */
    long surge() {
        return surge;
    }

    /** Versions of the policies that divided the payments. */
    Set<Integer> policies() {
        return policies;
    }

    /** Whether the units follow from the client's inputs and the manifest. */
    boolean unitsCounted() {
        return unitsCounted;
    }

    /** Whether the platform itself is the client: no other client may be called so. */
    boolean ofAudit() {
        return receipt.client().equals(AccountId.CHECKS.name());
    }

    /**
     * One shard's payment.
     *
     * @param voters whose results were not outvoted
     */
    void check(Shard shard, Set<String> voters, String name) {
        String id = "settle/" + receipt.job() + "/" + shard.shard();
        findings.require(
                shard.transaction().equals(id),
                name + " is paid by a transaction of something else");
        Bill bill = shard.bill();
        findings.require(
                (bill == null) == (receipt.terms() == null),
                name + ": its bill does not fit the kind of the receipt");
        Set<String> owners = bill == null ? voters : owners(bill, voters, name);
        long charged = charged(shard.payment(), owners, name);
        if (bill != null) {
            int part = 1;
            for (Further further : bill.further()) {
                findings.require(
                        further.transaction().equals(id + "/part-" + ++part),
                        name + " is paid by a transaction of something else");
                charged = Math.addExact(charged, charged(further.payment(), owners, name));
            }
            price(bill, charged, name);
        }
        paid = Math.addExact(paid, charged);
    }

    private Set<String> owners(Bill bill, Set<String> voters, String name) {
        var owners = new TreeSet<>(voters);
        for (Earner earner : bill.earners()) {
            findings.require(
                    voters.contains(earner.owner()),
                    name + ": " + earner.owner() + " earns by a result that is not its own");
            owners.add(earner.fleet());
            owners.add(earner.referrer());
        }
        return owners;
    }

    /** Whole millionths that sum to zero: from the client's hold, to owners who have a part. */
    private long charged(List<Line> payment, Set<String> owners, String name) {
        long sum = 0;
        long charged = 0;
        for (Line line : payment) {
            sum = Math.addExact(sum, line.micros());
            String[] path = line.account().split(":", -1);
            boolean client =
                    line.account().equals(hold)
                            || ofAudit() && line.account().equals(AccountId.CHECKS.path());
            boolean owner = path[0].equals("owner") && path.length == 3 && path[2].equals("escrow");
            charged -= client ? line.micros() : 0;
            findings.require(
                    client ? line.micros() <= 0 : line.micros() >= 0,
                    name + ": " + line.account() + " changes the wrong way");
            findings.require(
                    client || owner || PLATFORM.contains(line.account()),
                    name + ": nobody knows the account " + line.account());
            findings.require(
                    !owner || !path[1].isEmpty() && owners.contains(path[1]),
                    name + ": " + line.account() + " is paid for a result that is not its own");
        }
        findings.require(sum == 0, name + ": its payment is off by " + sum + " millionths");
        return charged;
    }

    private void price(Bill bill, long charged, String name) {
        Terms terms = terms();
        policies.add(bill.policy());
        units = Math.addExact(units, bill.units());
        Money price = Money.ofMillionths(terms.unitMicros()).times(bill.units());
        long more = charged - price.millionths();
        surge = Math.addExact(surge, more);
        findings.require(
                bill.units() > 0
                        && bill.policy() >= 0
                        && 0 <= more
                        && more <= price.share(terms.surgePpm()).millionths(),
                "%s: %d units at %d cost %d and at most %d ppm of surge, charged was %d"
                        .formatted(
                                name,
                                bill.units(),
                                terms.unitMicros(),
                                price.millionths(),
                                terms.surgePpm(),
                                charged));
    }

    private Terms terms() {
        Terms terms = receipt.terms();
        if (terms == null) {
            throw new IllegalArgumentException("a bill without what was agreed");
        }
        return terms;
    }

    /** Units follow from the items' sizes, by the manifest's rule. */
    void units(Shard shard, List<byte[]> items, ModelManifest manifest, String name) {
        Bill bill = shard.bill();
        if (bill == null) {
            return;
        }
        ItemKind kind = ReceiptVerifier.kind(receipt);
        long each = 0;
        for (byte[] item : items) {
            each += manifest.workUnits(kind, item.length);
        }
        unitsCounted = true;
        findings.require(
                bill.units() == each * receipt.quorum(),
                name + " is " + each + " units of work for each execution, not what was paid");
    }

    /** The sums, once every shard was looked at. */
    void sums() {
        findings.require(
                paid == receipt.paidMicros(),
                "the shards cost "
                        + paid
                        + " millionths, the receipt says "
                        + receipt.paidMicros());
        Optional.ofNullable(receipt.terms())
                .ifPresent(terms -> {
                    long all = Math.multiplyExact(terms.units(), (long) receipt.quorum());
                    findings.require(
                            receipt.end().equals("done") ? units == all : units <= all,
                            "the shards have " + units + " of the job's " + all + " units of work");
                });
        long back = 0;
        for (Retraction retraction : receipt.retractions()) {
            Instant.parse(retraction.at());
            findings.require(retraction.refundedMicros() >= 0, "a refund takes money");
            back += retraction.refundedMicros();
        }
        boolean failed = !receipt.end().isEmpty() && !receipt.end().equals("done");
        findings.require(
                receipt.refundedMicros() == back || failed && receipt.refundedMicros() > back,
                "the refunds sum to " + back + ", the receipt says " + receipt.refundedMicros());
    }
}
