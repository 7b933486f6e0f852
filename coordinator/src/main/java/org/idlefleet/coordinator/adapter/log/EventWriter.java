package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.AuditCounts;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.log.wire.Admission;
import org.idlefleet.coordinator.adapter.log.wire.ApiKeyCreated;
import org.idlefleet.coordinator.adapter.log.wire.ApiKeyRevoked;
import org.idlefleet.coordinator.adapter.log.wire.Cast;
import org.idlefleet.coordinator.adapter.log.wire.End;
import org.idlefleet.coordinator.adapter.log.wire.EndRecord;
import org.idlefleet.coordinator.adapter.log.wire.Entry;
import org.idlefleet.coordinator.adapter.log.wire.ItemKindRecord;
import org.idlefleet.coordinator.adapter.log.wire.JobRecord;
import org.idlefleet.coordinator.adapter.log.wire.LifeBegan;
import org.idlefleet.coordinator.adapter.log.wire.Model;
import org.idlefleet.coordinator.adapter.log.wire.NodeBanned;
import org.idlefleet.coordinator.adapter.log.wire.NodeEnrolled;
import org.idlefleet.coordinator.adapter.log.wire.Settlement;
import org.idlefleet.coordinator.adapter.log.wire.TierRecord;
import org.idlefleet.coordinator.adapter.log.wire.TokenIssued;
import org.idlefleet.coordinator.adapter.log.wire.ToleranceRecord;
import org.idlefleet.coordinator.adapter.log.wire.TransactionRecord;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.ModelManifest;

import java.time.Instant;

/** Writes events as entries whose names go into one table. Not thread-safe. */
final class EventWriter {
    /** Raised when an older release would misread what is written from now on. */
    static final int VERSION = 1;

    private final NameTable names;

    /** The text of the job that was written last: events of one job often come together. */
    private JobId lastJob = new JobId(1);

    private String lastJobText = lastJob.toString();

    EventWriter(NameTable names) {
        this.names = names;
    }

    Entry write(Event.Durable event) {
        var entry = Entry.newBuilder().setVersion(VERSION);
        fill(entry, event);
        return entry.build();
    }

    private void fill(Entry.Builder entry, Event.Durable event) {
        switch (event) {
            case Event.LifeBegan began ->
                    at(entry, began.at())
                            .setLifeBegan(LifeBegan.newBuilder().setEpoch(began.epoch()));
            case Event.ModelRegistered registered ->
                    at(entry, registered.at()).setModelRegistered(model(registered.model()));
            case Event.ApiKeyCreated created ->
                    at(entry, created.at())
                            .setApiKeyCreated(
                                    ApiKeyCreated.newBuilder()
                                            .setKey(created.key())
                                            .setClient(names.number(created.client().value()))
                                            .setSecretHash(VoteCodec.write(created.secretHash())));
            case Event.ApiKeyRevoked revoked ->
                    at(entry, revoked.at())
                            .setApiKeyRevoked(ApiKeyRevoked.newBuilder().setKey(revoked.key()));
            case Event.TokenIssued issued -> at(entry, issued.at()).setTokenIssued(token(issued));
            case Event.NodeEnrolled node -> at(entry, node.at()).setNodeEnrolled(node(node));
            case Event.NodeBanned banned ->
                    at(entry, banned.at())
                            .setNodeBanned(
                                    NodeBanned.newBuilder()
                                            .setNode(names.number(banned.node().value()))
                                            .setReason(banned.reason()));
            case Event.PolicySet set -> at(entry, set.at()).setPolicySet(PayCodec.write(set));
            case Event.OwnerTermsSet set ->
                    at(entry, set.at()).setOwnerTermsSet(PayCodec.write(set, names));
            case Event.AvailabilityPaid paid ->
                    at(entry, paid.at()).setAvailabilityPaid(AvailabilityCodec.write(paid, names));
            case Event.AvailabilityCounted counted ->
                    at(entry, counted.at())
                            .setAvailabilityCounted(AvailabilityCodec.write(counted, names));
            case Event.RepeatsRestored repeats ->
                    entry.setRepeatsRestored(RepeatsCodec.write(repeats, names));
            case Event.AvailabilityRestored day ->
                    entry.setAvailabilityRestored(AvailabilityCodec.write(day, names));
            case Event.Booked booked ->
                    at(entry, booked.at())
                            .setBooked(MoneyCodec.write(booked.transaction(), "", "", names));
            case Event.JobAdmitted admitted ->
                    at(entry, admitted.at()).setJobAdmitted(admission(admitted));
            case Event.BallotCast cast -> at(entry, cast.at()).setBallotCast(cast(cast));
            case Event.ShardSettled settled -> {
                at(entry, settled.at()).setShardSettled(settlement(settled));
                if (!settled.effective().equals(settled.at())) {
                    effective(entry, settled.effective());
                }
            }
            case Event.JobEnded ended -> at(entry, ended.at()).setJobEnded(end(ended));
            case Event.ResultRetracted retracted ->
                    at(entry, retracted.at())
                            .setResultRetracted(TrustCodec.write(retracted, names));
            case Event.OwnerTrusted trusted ->
                    at(entry, trusted.at()).setOwnerTrusted(TrustCodec.write(trusted, names));
            case Event.OwnerConvicted convicted ->
                    at(entry, convicted.at()).setOwnerConvicted(TrustCodec.write(convicted, names));
            case Event.OwnerReinstated again ->
                    at(entry, again.at()).setOwnerReinstated(TrustCodec.write(again, names));
            case Event.StandingRestored known ->
                    at(entry, known.standing().since())
                            .setStandingRestored(TrustCodec.write(known, names));
            case Event.TermsSet set ->
                    at(entry, set.at()).setTermsSet(TrustCodec.write(set, names));
            case Event.DeviceTurnedAway turned ->
                    at(entry, turned.at()).setDeviceTurnedAway(TrustCodec.write(turned, names));
            case Event.DeviceRestored device ->
                    entry.setDeviceRestored(TrustCodec.write(device, names));
            case Event.AlarmRestored alarm ->
                    entry.setAlarmRestored(TrustCodec.write(alarm, names));
            case Event.BookRestored book ->
                    entry.setBookRestored(MoneyCodec.write(book.state(), book.lastJob(), names));
            case Event.JobRestored job ->
                    at(entry, job.admitted().at()).setJobRestored(restored(job));
        }
    }

    private static Entry.Builder at(Entry.Builder entry, Instant at) {
        return entry.setAtSeconds(at.getEpochSecond()).setAtNanos(at.getNano());
    }

    private static void effective(Entry.Builder entry, Instant since) {
        entry.setEffectiveSeconds(since.getEpochSecond()).setEffectiveNanos(since.getNano());
    }

    private Model model(ModelSpec model) {
        ModelManifest.Comparator comparator = model.comparator();
        var record =
                Model.newBuilder()
                        .setModel(names.number(model.model().value()))
                        .setManifest(VoteCodec.write(model.manifest()))
                        .setBatchItems(model.batchItems())
                        .setOutputBytesPerItem(model.outputBytesPerItem())
                        .setPriceMicrosPerWorkUnit(model.priceMicrosPerWorkUnit())
                        .setAgree(comparator.agree())
                        .setMemoryBytes(model.memoryBytes())
                        .setComparatorVersion(comparator.version());
        for (ModelManifest.Tolerance tolerance : comparator.tolerances()) {
            record.addTolerances(
                    ToleranceRecord.newBuilder()
                            .setA(names.number(tolerance.a()))
                            .setB(names.number(tolerance.b()))
                            .setAgree(tolerance.agree()));
        }
        return record.build();
    }

    private TokenIssued token(Event.TokenIssued issued) {
        Instant expires = issued.expires();
        return TokenIssued.newBuilder()
                .setOwner(names.number(issued.owner().value()))
                .setTokenHash(VoteCodec.write(issued.tokenHash()))
                .setExpiresSeconds(expires.getEpochSecond())
                .setExpiresNanos(expires.getNano())
                .build();
    }

    private NodeEnrolled node(Event.NodeEnrolled enrolled) {
        return NodeEnrolled.newBuilder()
                .setNode(names.number(enrolled.node().value()))
                .setOwner(names.number(enrolled.owner().value()))
                .setTokenHash(VoteCodec.write(enrolled.tokenHash()))
                .setPublicKey(VoteCodec.write(enrolled.publicKey()))
                .build();
    }

    private Admission admission(Event.JobAdmitted admitted) {
        Instant deadline = admitted.deadline();
        var record =
                Admission.newBuilder()
                        .setJob(admitted.job().number())
                        .setClient(names.number(admitted.client().value()))
                        .setModel(names.number(admitted.model().value()))
                        .setManifest(VoteCodec.write(admitted.manifest()))
                        .setKind(kind(admitted.kind()))
                        .setQuorum(admitted.quorum())
                        .setTier(tier(admitted.tier()))
                        .setDeadlineSeconds(deadline.getEpochSecond())
                        .setDeadlineNanos(deadline.getNano())
                        .setDurable(admitted.durable())
                        .setAssurance(TrustCodec.write(admitted.assurance()));
        admitted.hold().ifPresent(hold -> record.setHold(transaction(hold, admitted.job(), "")));
        admitted.audit().ifPresent(audit -> record.setAudit(TrustCodec.write(audit, names)));
        admitted.price()
                .ifPresent(price ->
                        record.setPriceMicros(price.micros()).setSurgePpm(price.surgePpm()));
        record.setKey(admitted.key());
        admitted.once()
                .ifPresent(once ->
                        record.setOnceName(VoteCodec.write(once.name()))
                                .setOnceAsked(VoteCodec.write(once.asked())));
        units(record, admitted.units());
        return record.build();
    }

    private static void units(Admission.Builder record, WorkUnits units) {
        int items = units.items();
        record.setItems(items);
        boolean even = true;
        for (int i = 1; even && i < items; i++) {
            even = units.between(i, i + 1) == units.between(0, 1);
        }
        for (int i = 0; i < (even ? Math.min(1, items) : items); i++) {
            record.addUnits((int) units.between(i, i + 1));
        }
    }

    private Cast cast(Event.BallotCast cast) {
        var record = Cast.newBuilder();
        cast.delivery()
                .ifPresent(delivery ->
                        record.setTurnaroundNanos(delivery.turnaround().toNanos())
                                .setComputedNanos(delivery.computed().toNanos())
                                .setBatteryJoules(delivery.batteryJoules()));
        return record.setJob(cast.job().number())
                .setShard(cast.shard())
                .setFrom(cast.from())
                .setTo(cast.to())
                .setBallot(VoteCodec.write(cast.ballot(), cast.job(), cast.shard(), names))
                .build();
    }

    private Settlement settlement(Event.ShardSettled settled) {
        JobId job = settled.job();
        int shard = settled.shard();
        var record =
                Settlement.newBuilder()
                        .setJob(job.number())
                        .setShard(shard)
                        .setFrom(settled.from())
                        .setTo(settled.to())
                        .setCanonical(VoteCodec.write(settled.canonical(), job, shard))
                        .setPayment(transaction(settled.payment(), job, Integer.toString(shard)))
                        .setAuditPpm(settled.auditPpm())
                        .setAudited(settled.draw().audited())
                        .setByTrusted(settled.draw().trusted())
                        .addAllDistances(settled.distances())
                        .setReviewed(settled.draw().reviewed());
        for (Ballot ballot : settled.agreeing()) {
            record.addAgreeing(VoteCodec.write(ballot, job, shard, names));
        }
        for (Ballot ballot : settled.inconclusive()) {
            record.addInconclusive(VoteCodec.write(ballot, job, shard, names));
        }
        for (Ballot ballot : settled.dissenting()) {
            record.addDissenting(VoteCodec.write(ballot, job, shard, names));
        }
        for (Transaction part : settled.further()) {
            record.addFurther(transaction(part, job, Integer.toString(shard)));
        }
        for (Contributor contributor : settled.contributors()) {
            record.addContributors(PayCodec.write(contributor, names));
        }
        return record.build();
    }

    private End end(Event.JobEnded ended) {
        var record =
                End.newBuilder()
                        .setJob(ended.job().number())
                        .setEnd(end(ended.end()))
                        .setDetail(ended.detail());
        ended.voided().ifPresent(voided -> record.setVoided(transaction(voided, ended.job(), "")));
        ended.refund().ifPresent(refund -> record.setRefund(transaction(refund, ended.job(), "")));
        return record.build();
    }

    private JobRecord restored(Event.JobRestored job) {
        var record =
                JobRecord.newBuilder()
                        .setAdmitted(admission(job.admitted()))
                        .setPaid(job.paid().millionths())
                        .setNextShard(job.nextShard())
                        .setResults(job.results());
        job.settled().forEach(range -> record.addSettled(range.from()).addSettled(range.to()));
        if (!job.audits().equals(AuditCounts.NONE)) {
            record.addAudits(job.audits().drawn())
                    .addAudits(job.audits().passed())
                    .addAudits(job.audits().refuted())
                    .addAudits(job.audits().unchecked());
        }
        UncheckedCodec.write(job.unchecked(), job.admitted().job(), names, record);
        return record.build();
    }

    private TransactionRecord transaction(Transaction transaction, JobId job, String detail) {
        if (!job.equals(lastJob)) {
            lastJob = job;
            lastJobText = job.toString();
        }
        return MoneyCodec.write(transaction, lastJobText, detail, names);
    }

    private static ItemKindRecord kind(ItemKind kind) {
        return switch (kind) {
            case TEXT -> ItemKindRecord.TEXT;
            case TOKENS -> ItemKindRecord.TOKENS;
        };
    }

    private static TierRecord tier(Tier tier) {
        return switch (tier) {
            case INTERACTIVE -> TierRecord.INTERACTIVE;
            case BATCH -> TierRecord.BATCH;
        };
    }

    private static EndRecord end(JobEnd end) {
        return switch (end) {
            case DONE -> EndRecord.DONE;
            case CANCELLED -> EndRecord.CANCELLED;
            case DEADLINE -> EndRecord.DEADLINE;
            case NO_QUORUM -> EndRecord.NO_QUORUM;
            case INPUT -> EndRecord.INPUT;
            case ATTEMPTS -> EndRecord.ATTEMPTS;
            case RESTART -> EndRecord.RESTART;
        };
    }
}
