package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.ClientTerms;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.AlarmRecord;
import org.idlefleet.coordinator.adapter.log.wire.AssuranceRecord;
import org.idlefleet.coordinator.adapter.log.wire.AuditCause;
import org.idlefleet.coordinator.adapter.log.wire.AuditRecord;
import org.idlefleet.coordinator.adapter.log.wire.ConvictionRecord;
import org.idlefleet.coordinator.adapter.log.wire.DeviceRecord;
import org.idlefleet.coordinator.adapter.log.wire.DeviceTurnedAway;
import org.idlefleet.coordinator.adapter.log.wire.OutvoteRecord;
import org.idlefleet.coordinator.adapter.log.wire.OwnerConvicted;
import org.idlefleet.coordinator.adapter.log.wire.OwnerReinstated;
import org.idlefleet.coordinator.adapter.log.wire.OwnerTrusted;
import org.idlefleet.coordinator.adapter.log.wire.Retraction;
import org.idlefleet.coordinator.adapter.log.wire.ShownRecord;
import org.idlefleet.coordinator.adapter.log.wire.StandingRecord;
import org.idlefleet.coordinator.adapter.log.wire.TermsRecord;
import org.idlefleet.coordinator.adapter.log.wire.TransactionRecord;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Recent;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/** What is known of owners, and the audits behind it, as records and back. */
final class TrustCodec {
    private TrustCodec() {}

    static AssuranceRecord write(Assurance assurance) {
        return switch (assurance) {
            case QUORUM -> AssuranceRecord.QUORUM;
            case VERIFIED -> AssuranceRecord.VERIFIED;
            case STRICT -> AssuranceRecord.STRICT;
            case STANDARD -> AssuranceRecord.STANDARD;
            case BULK -> AssuranceRecord.BULK;
            case TRUSTED_ONLY -> AssuranceRecord.TRUSTED_ONLY;
        };
    }

    static Assurance read(AssuranceRecord record) {
        return switch (record) {
            case QUORUM -> Assurance.QUORUM;
            case VERIFIED -> Assurance.VERIFIED;
            case STRICT -> Assurance.STRICT;
            case STANDARD -> Assurance.STANDARD;
            case BULK -> Assurance.BULK;
            case TRUSTED_ONLY -> Assurance.TRUSTED_ONLY;
            case UNRECOGNIZED ->
                    throw new IllegalArgumentException("this release does not know its assurance");
        };
    }

    static AuditRecord write(AuditOf audit, NameTable names) {
        var record =
                AuditRecord.newBuilder()
                        .setJob(audit.job().number())
                        .setShard(audit.shard())
                        .setFrom(audit.from())
                        .setTo(audit.to())
                        .setClaim(VoteCodec.write(audit.claim(), audit.job(), audit.shard(), names))
                        .setNetwork(audit.network())
                        .setTrusted(audit.trusted())
                        .setCause(write(audit.cause()))
                        .setReviewed(audit.reviewed())
                        .setKept(audit.kept());
        audit.seenBy().forEach(owner -> record.addSeenBy(names.number(owner.value())));
        return record.build();
    }

    private static AuditCause write(AuditOf.Cause cause) {
        return switch (cause) {
            case DRAWN -> AuditCause.DRAWN;
            case OUTVOTED -> AuditCause.OUTVOTED;
            case UNJUDGED -> AuditCause.UNJUDGED;
            case CONVICTION -> AuditCause.CONVICTION;
            case DISPUTED -> AuditCause.DISPUTED;
            case RINGER -> AuditCause.RINGER;
        };
    }

    private static AuditOf.Cause read(AuditCause cause) {
        return switch (cause) {
            case DRAWN -> AuditOf.Cause.DRAWN;
            case OUTVOTED -> AuditOf.Cause.OUTVOTED;
            case UNJUDGED -> AuditOf.Cause.UNJUDGED;
            case CONVICTION -> AuditOf.Cause.CONVICTION;
            case DISPUTED -> AuditOf.Cause.DISPUTED;
            case RINGER -> AuditOf.Cause.RINGER;
            case UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            "this release does not know why it is audited");
        };
    }

    /** In older logs just these were of results that are kept. */
    private static boolean keptOnce(AuditCause cause) {
        return cause == AuditCause.DRAWN || cause == AuditCause.CONVICTION;
    }

    static AuditOf read(AuditRecord record, Names names) {
        var job = new JobId(record.getJob());
        return new AuditOf(
                job,
                record.getShard(),
                record.getFrom(),
                record.getTo(),
                VoteCodec.ballot(record.getClaim(), job, record.getShard(), names),
                record.getNetwork(),
                record.getTrusted(),
                read(record.getCause()),
                record.getReviewed(),
                record.hasKept() ? record.getKept() : keptOnce(record.getCause()),
                record.getSeenByList().stream().map(names::owner).toList());
    }

    static Retraction write(Event.ResultRetracted event, NameTable names) {
        JobId job = event.job();
        var record =
                Retraction.newBuilder()
                        .setJob(job.number())
                        .setShard(event.shard())
                        .setFrom(event.from())
                        .setTo(event.to())
                        .setWrong(VoteCodec.write(event.wrong(), job, event.shard(), names))
                        .setAudit(event.audit().number());
        event.by().ifPresent(lease -> record.setBy(VoteCodec.write(lease, job, event.shard())));
        event.refund().ifPresent(refund -> record.setRefund(write(refund, names)));
        return record.build();
    }

    static Event.ResultRetracted read(Retraction record, Instant at, Names names) {
        var job = new JobId(record.getJob());
        int shard = record.getShard();
        return new Event.ResultRetracted(
                job,
                shard,
                record.getFrom(),
                record.getTo(),
                VoteCodec.ballot(record.getWrong(), job, shard, names),
                new JobId(record.getAudit()),
                record.hasBy()
                        ? Optional.of(VoteCodec.lease(record.getBy(), job, shard))
                        : Optional.empty(),
                read(record.hasRefund(), record.getRefund(), names),
                at);
    }

    static OwnerTrusted write(Event.OwnerTrusted event, NameTable names) {
        return OwnerTrusted.newBuilder()
                .setOwner(names.number(event.owner().value()))
                .setTrusted(event.trusted())
                .build();
    }

    static Event.OwnerTrusted read(OwnerTrusted record, Instant at, Names names) {
        return new Event.OwnerTrusted(names.owner(record.getOwner()), record.getTrusted(), at);
    }

    static OwnerConvicted write(Event.OwnerConvicted event, NameTable names) {
        var record =
                OwnerConvicted.newBuilder()
                        .setOwner(names.number(event.owner().value()))
                        .setAudit(event.audit().number())
                        .setReason(event.reason());
        event.forfeit().ifPresent(forfeit -> record.setForfeit(write(forfeit, names)));
        return record.build();
    }

    static Event.OwnerConvicted read(OwnerConvicted record, Instant at, Names names) {
        return new Event.OwnerConvicted(
                names.owner(record.getOwner()),
                new JobId(record.getAudit()),
                record.getReason(),
                read(record.hasForfeit(), record.getForfeit(), names),
                at);
    }

    static OwnerReinstated write(Event.OwnerReinstated event, NameTable names) {
        var record =
                OwnerReinstated.newBuilder()
                        .setOwner(names.number(event.owner().value()))
                        .setReason(event.reason());
        event.restored().ifPresent(restored -> record.setRestored(write(restored, names)));
        return record.build();
    }

    static Event.OwnerReinstated read(OwnerReinstated record, Instant at, Names names) {
        return new Event.OwnerReinstated(
                names.owner(record.getOwner()),
                record.getReason(),
                read(record.hasRestored(), record.getRestored(), names),
                at);
    }

    static StandingRecord write(Event.StandingRestored event, NameTable names) {
        Standing standing = event.standing();
        Standing.Counts counts = standing.counts();
        Recent recent = standing.recent();
        Instant probation = standing.probation().until();
        Instant appeal = standing.probation().appealUntil();
        Instant marks = recent.at();
        var record =
                StandingRecord.newBuilder()
                        .setOwner(names.number(event.owner().value()))
                        .setResults(counts.results())
                        .setAgreed(counts.agreed())
                        .setInconclusive(counts.inconclusive())
                        .setOutvoted(counts.outvoted())
                        .setGood(recent.good())
                        .setBad(recent.bad())
                        .setMarksSeconds(marks.getEpochSecond())
                        .setMarksNanos(marks.getNano())
                        .setConvicted(standing.convicted())
                        .setProbationSeconds(probation.getEpochSecond())
                        .setProbationNanos(probation.getNano())
                        .setCleared(counts.cleared())
                        .setRingersPassed(counts.ringersPassed())
                        .setRingersFailed(counts.ringersFailed())
                        .setDrawn(counts.drawn())
                        .setAudited(counts.audited())
                        .setSpared(standing.spared())
                        .setSuspicions(standing.probation().suspicions());
        if (!appeal.equals(Instant.MIN)) {
            record.setAppealSeconds(appeal.getEpochSecond()).setAppealNanos(appeal.getNano());
        }
        event.forfeit().ifPresent(forfeit -> record.setForfeit(write(forfeit, names)));
        event.against().outvotes().forEach(outvote -> record.addOutvotes(write(outvote, names)));
        event.against()
                .conviction()
                .ifPresent(conviction -> record.setConviction(write(conviction)));
        return record.build();
    }

    private static OutvoteRecord write(Against.Outvote outvote, NameTable names) {
        Instant at = outvote.at();
        return OutvoteRecord.newBuilder()
                .setNode(names.number(outvote.node().value()))
                .setResult(VoteCodec.write(outvote.result(), outvote.by(), 0))
                .setBy(outvote.by().number())
                .setAtSeconds(at.getEpochSecond())
                .setAtNanos(at.getNano())
                .build();
    }

    private static ConvictionRecord write(Against.Conviction conviction) {
        Instant at = conviction.at();
        return ConvictionRecord.newBuilder()
                .setAudit(conviction.audit().number())
                .setReason(conviction.reason())
                .setAtSeconds(at.getEpochSecond())
                .setAtNanos(at.getNano())
                .build();
    }

    private static Against against(StandingRecord record, Names names) {
        var outvotes = new ArrayList<Against.Outvote>(record.getOutvotesCount());
        for (OutvoteRecord outvote : record.getOutvotesList()) {
            var by = new JobId(outvote.getBy());
            outvotes.add(
                    new Against.Outvote(
                            names.node(outvote.getNode()),
                            VoteCodec.lease(outvote.getResult(), by, 0),
                            by,
                            EntryReader.instant(outvote.getAtSeconds(), outvote.getAtNanos())));
        }
        if (!record.hasConviction()) {
            return new Against(outvotes, Optional.empty());
        }
        ConvictionRecord conviction = record.getConviction();
        return new Against(
                outvotes,
                Optional.of(
                        new Against.Conviction(
                                new JobId(conviction.getAudit()),
                                conviction.getReason(),
                                EntryReader.instant(
                                        conviction.getAtSeconds(), conviction.getAtNanos()))));
    }

    static Event.StandingRestored read(StandingRecord record, Instant since, Names names) {
        return new Event.StandingRestored(
                names.owner(record.getOwner()),
                new Standing(
                        since,
                        new Standing.Counts(
                                record.getResults(),
                                record.getAgreed(),
                                record.getInconclusive(),
                                record.getOutvoted(),
                                record.getCleared(),
                                record.getRingersPassed(),
                                record.getRingersFailed(),
                                record.getDrawn(),
                                record.getAudited()),
                        new Recent(
                                record.getGood(),
                                record.getBad(),
                                EntryReader.instant(
                                        record.getMarksSeconds(), record.getMarksNanos())),
                        record.getConvicted(),
                        record.getSpared(),
                        new Standing.Probation(
                                EntryReader.instant(
                                        record.getProbationSeconds(), record.getProbationNanos()),
                                record.hasAppealSeconds()
                                        ? EntryReader.instant(
                                                record.getAppealSeconds(), record.getAppealNanos())
                                        : Instant.MIN,
                                record.getSuspicions())),
                read(record.hasForfeit(), record.getForfeit(), names),
                against(record, names));
    }

    static TermsRecord write(Event.TermsSet event, NameTable names) {
        return TermsRecord.newBuilder()
                .setClient(names.number(event.client().value()))
                .setUsual(write(event.terms().usual()))
                .setFloor(write(event.terms().floor()))
                .build();
    }

    static Event.TermsSet read(TermsRecord record, Instant at, Names names) {
        return new Event.TermsSet(
                names.client(record.getClient()),
                new ClientTerms(read(record.getUsual()), read(record.getFloor())),
                at);
    }

    static DeviceTurnedAway write(Event.DeviceTurnedAway event, NameTable names) {
        return DeviceTurnedAway.newBuilder()
                .setNode(names.number(event.node().value()))
                .setOwner(names.number(event.owner().value()))
                .setAudit(event.audit().number())
                .setReason(event.reason())
                .build();
    }

    static Event.DeviceTurnedAway read(DeviceTurnedAway record, Instant at, Names names) {
        return new Event.DeviceTurnedAway(
                names.node(record.getNode()),
                names.owner(record.getOwner()),
                new JobId(record.getAudit()),
                record.getReason(),
                at);
    }

    static DeviceRecord write(Event.DeviceRestored event, NameTable names) {
        Device device = event.device();
        var record =
                DeviceRecord.newBuilder()
                        .setNode(names.number(event.node().value()))
                        .setOwner(names.number(event.owner().value()))
                        .setAgreed(device.agreed())
                        .setOutvoted(device.outvoted())
                        .setFaulty(device.faulty());
        for (Device.Shown shown : device.shown()) {
            record.addShown(
                    ShownRecord.newBuilder()
                            .setManifest(VoteCodec.write(shown.manifest()))
                            .setNumericClass(names.number(shown.numericClass()))
                            .setChecks(shown.checks()));
        }
        return record.build();
    }

    static Event.DeviceRestored read(DeviceRecord record, Names names) {
        return new Event.DeviceRestored(
                names.node(record.getNode()),
                names.owner(record.getOwner()),
                new Device(
                        record.getShownList().stream()
                                .map(shown ->
                                        new Device.Shown(
                                                VoteCodec.digest(shown.getManifest()),
                                                names.numericClass(shown.getNumericClass()),
                                                shown.getChecks()))
                                .toList(),
                        record.getAgreed(),
                        record.getOutvoted(),
                        record.getFaulty()));
    }

    static AlarmRecord write(Event.AlarmRestored event, NameTable names) {
        var record = AlarmRecord.newBuilder();
        for (Event.Convict convict : event.convicts()) {
            Instant at = convict.at();
            record.addOwners(names.number(convict.owner().value()))
                    .addSeconds(at.getEpochSecond())
                    .addNanos(at.getNano());
        }
        Instant until = event.until();
        if (!until.equals(Instant.MIN)) {
            record.setUntilSeconds(until.getEpochSecond()).setUntilNanos(until.getNano());
        }
        return record.build();
    }

    static Event.AlarmRestored read(AlarmRecord record, Names names) {
        int count = record.getOwnersCount();
        if (record.getSecondsCount() != count || record.getNanosCount() != count) {
            throw new IllegalArgumentException(
                    "every conviction has an owner and a time, found "
                            + count
                            + " owners and "
                            + record.getSecondsCount()
                            + " times");
        }
        var convicts = new ArrayList<Event.Convict>(count);
        for (int i = 0; i < count; i++) {
            convicts.add(
                    new Event.Convict(
                            names.owner(record.getOwners(i)),
                            EntryReader.instant(record.getSeconds(i), record.getNanos(i))));
        }
        return new Event.AlarmRestored(
                convicts,
                record.hasUntilSeconds()
                        ? EntryReader.instant(record.getUntilSeconds(), record.getUntilNanos())
                        : Instant.MIN);
    }

    private static TransactionRecord write(Transaction transaction, NameTable names) {
        return MoneyCodec.write(transaction, "", "", names);
    }

    private static Optional<Transaction> read(
            boolean there, TransactionRecord record, Names names) {
        return there ? Optional.of(MoneyCodec.read(record, "", "", names)) : Optional.empty();
    }
}
