package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.AuditCounts;
import org.idlefleet.coordinator.Delivery;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Event.SettledRange;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Price;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.log.wire.Admission;
import org.idlefleet.coordinator.adapter.log.wire.ApiKeyCreated;
import org.idlefleet.coordinator.adapter.log.wire.Cast;
import org.idlefleet.coordinator.adapter.log.wire.End;
import org.idlefleet.coordinator.adapter.log.wire.EndRecord;
import org.idlefleet.coordinator.adapter.log.wire.Entry;
import org.idlefleet.coordinator.adapter.log.wire.ItemKindRecord;
import org.idlefleet.coordinator.adapter.log.wire.JobRecord;
import org.idlefleet.coordinator.adapter.log.wire.Model;
import org.idlefleet.coordinator.adapter.log.wire.NodeBanned;
import org.idlefleet.coordinator.adapter.log.wire.NodeEnrolled;
import org.idlefleet.coordinator.adapter.log.wire.Settlement;
import org.idlefleet.coordinator.adapter.log.wire.TierRecord;
import org.idlefleet.coordinator.adapter.log.wire.TokenIssued;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.ModelManifest;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the entries of one group as events. What it does not know or cannot be is an {@link
 * IllegalArgumentException}, never a guess.
 */
final class EntryReader {
    private final Names names;

    EntryReader(Names names) {
        this.names = names;
    }

    Event.Durable read(Entry entry) {
        if (entry.getVersion() < 1 || entry.getVersion() > EventWriter.VERSION) {
            throw new IllegalArgumentException(
                    "this release reads entries of version 1 to "
                            + EventWriter.VERSION
                            + ", found "
                            + entry.getVersion());
        }
        Instant at = instant(entry.getAtSeconds(), entry.getAtNanos());
        return switch (entry.getEventCase()) {
            case LIFE_BEGAN -> new Event.LifeBegan(entry.getLifeBegan().getEpoch(), at);
            case MODEL_REGISTERED ->
                    new Event.ModelRegistered(model(entry.getModelRegistered()), at);
            case API_KEY_CREATED -> key(entry.getApiKeyCreated(), at);
            case API_KEY_REVOKED -> new Event.ApiKeyRevoked(entry.getApiKeyRevoked().getKey(), at);
            case TOKEN_ISSUED -> token(entry.getTokenIssued(), at);
            case NODE_ENROLLED -> node(entry.getNodeEnrolled(), at);
            case NODE_BANNED -> banned(entry.getNodeBanned(), at);
            case BOOKED -> new Event.Booked(MoneyCodec.read(entry.getBooked(), "", "", names), at);
            case JOB_ADMITTED -> admission(entry.getJobAdmitted(), at);
            case BALLOT_CAST -> cast(entry.getBallotCast(), at);
            case SHARD_SETTLED -> settlement(entry.getShardSettled(), effective(entry, at), at);
            case JOB_ENDED -> end(entry.getJobEnded(), at);
            case BOOK_RESTORED ->
                    new Event.BookRestored(
                            MoneyCodec.read(entry.getBookRestored(), names),
                            entry.getBookRestored().getLastJob());
            case JOB_RESTORED -> restored(entry.getJobRestored(), at);
            case RESULT_RETRACTED -> TrustCodec.read(entry.getResultRetracted(), at, names);
            case OWNER_TRUSTED -> TrustCodec.read(entry.getOwnerTrusted(), at, names);
            case OWNER_CONVICTED -> TrustCodec.read(entry.getOwnerConvicted(), at, names);
            case OWNER_REINSTATED -> TrustCodec.read(entry.getOwnerReinstated(), at, names);
            case STANDING_RESTORED -> TrustCodec.read(entry.getStandingRestored(), at, names);
            case TERMS_SET -> TrustCodec.read(entry.getTermsSet(), at, names);
            case DEVICE_TURNED_AWAY -> TrustCodec.read(entry.getDeviceTurnedAway(), at, names);
            case DEVICE_RESTORED -> TrustCodec.read(entry.getDeviceRestored(), names);
            case ALARM_RESTORED -> TrustCodec.read(entry.getAlarmRestored(), names);
            case POLICY_SET -> PayCodec.read(entry.getPolicySet(), at);
            case OWNER_TERMS_SET -> PayCodec.read(entry.getOwnerTermsSet(), at, names);
            case AVAILABILITY_PAID ->
                    AvailabilityCodec.read(entry.getAvailabilityPaid(), at, names);
            case AVAILABILITY_COUNTED ->
                    AvailabilityCodec.read(entry.getAvailabilityCounted(), at, names);
            case REPEATS_RESTORED -> RepeatsCodec.read(entry.getRepeatsRestored(), names);
            case AVAILABILITY_RESTORED ->
                    AvailabilityCodec.read(entry.getAvailabilityRestored(), names);
            case EVENT_NOT_SET ->
                    throw new IllegalArgumentException(
                            "this release does not know its kind of event, number "
                                    + entry.getUnknownFields().asMap().keySet());
        };
    }

    static Instant instant(long seconds, int nanos) {
        if (nanos < 0 || nanos >= 1_000_000_000) {
            throw new IllegalArgumentException(
                    "a second has 0 to 999999999 nanoseconds, found " + nanos);
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private ModelSpec model(Model record) {
        return new ModelSpec(
                names.model(record.getModel()),
                VoteCodec.digest(record.getManifest()),
                record.getBatchItems(),
                record.getOutputBytesPerItem(),
                record.getPriceMicrosPerWorkUnit(),
                comparator(record),
                record.getMemoryBytes());
    }

    private ModelManifest.Comparator comparator(Model record) {
        return new ModelManifest.Comparator(
                Math.max(1, record.getComparatorVersion()),
                record.getAgree(),
                record.getTolerancesList().stream()
                        .map(tolerance ->
                                new ModelManifest.Tolerance(
                                        names.numericClass(tolerance.getA()),
                                        names.numericClass(tolerance.getB()),
                                        tolerance.getAgree()))
                        .toList());
    }

    private Event.ApiKeyCreated key(ApiKeyCreated record, Instant at) {
        return new Event.ApiKeyCreated(
                record.getKey(),
                names.client(record.getClient()),
                VoteCodec.digest(record.getSecretHash()),
                at);
    }

    private Event.TokenIssued token(TokenIssued record, Instant at) {
        return new Event.TokenIssued(
                names.owner(record.getOwner()),
                VoteCodec.digest(record.getTokenHash()),
                instant(record.getExpiresSeconds(), record.getExpiresNanos()),
                at);
    }

    private Event.NodeEnrolled node(NodeEnrolled record, Instant at) {
        return new Event.NodeEnrolled(
                names.node(record.getNode()),
                names.owner(record.getOwner()),
                VoteCodec.digest(record.getTokenHash()),
                VoteCodec.digest(record.getPublicKey()),
                at);
    }

    private Event.NodeBanned banned(NodeBanned record, Instant at) {
        return new Event.NodeBanned(names.node(record.getNode()), record.getReason(), at);
    }

    private Event.JobAdmitted admission(Admission record, Instant at) {
        var job = new JobId(record.getJob());
        return new Event.JobAdmitted(
                job,
                names.client(record.getClient()),
                names.model(record.getModel()),
                VoteCodec.digest(record.getManifest()),
                kind(record.getKind()),
                units(record),
                record.getQuorum(),
                tier(record.getTier()),
                instant(record.getDeadlineSeconds(), record.getDeadlineNanos()),
                record.getDurable(),
                record.hasHold()
                        ? Optional.of(MoneyCodec.read(record.getHold(), job.toString(), "", names))
                        : Optional.empty(),
                TrustCodec.read(record.getAssurance()),
                record.hasAudit()
                        ? Optional.of(TrustCodec.read(record.getAudit(), names))
                        : Optional.empty(),
                record.hasPriceMicros()
                        ? Optional.of(new Price(record.getPriceMicros(), record.getSurgePpm()))
                        : Optional.empty(),
                record.getKey(),
                RepeatsCodec.once(record.getOnceName(), record.getOnceAsked()),
                at);
    }

    private static WorkUnits units(Admission record) {
        int items = record.getItems();
        int count = record.getUnitsCount();
        if (count == 1 && items > 1) {
            return WorkUnits.even(items, record.getUnits(0));
        }
        if (count != items) {
            throw new IllegalArgumentException(
                    "expected the work units of " + items + " items, found " + count);
        }
        var units = new int[count];
        for (int i = 0; i < count; i++) {
            units[i] = record.getUnits(i);
        }
        return WorkUnits.of(units);
    }

    private Event.BallotCast cast(Cast record, Instant at) {
        var job = new JobId(record.getJob());
        return new Event.BallotCast(
                job,
                record.getShard(),
                record.getFrom(),
                record.getTo(),
                VoteCodec.ballot(record.getBallot(), job, record.getShard(), names),
                record.hasTurnaroundNanos() && record.hasComputedNanos()
                        ? Optional.of(
                                new Delivery(
                                        Duration.ofNanos(record.getTurnaroundNanos()),
                                        Duration.ofNanos(record.getComputedNanos()),
                                        record.getBatteryJoules()))
                        : Optional.empty(),
                at);
    }

    private static Instant effective(Entry entry, Instant at) {
        return entry.hasEffectiveSeconds()
                ? instant(entry.getEffectiveSeconds(), entry.getEffectiveNanos())
                : at;
    }

    private Event.ShardSettled settlement(Settlement record, Instant effective, Instant at) {
        var job = new JobId(record.getJob());
        int shard = record.getShard();
        return new Event.ShardSettled(
                job,
                shard,
                record.getFrom(),
                record.getTo(),
                VoteCodec.lease(record.getCanonical(), job, shard),
                VoteCodec.ballots(record.getAgreeingList(), job, shard, names),
                VoteCodec.ballots(record.getInconclusiveList(), job, shard, names),
                VoteCodec.ballots(record.getDissentingList(), job, shard, names),
                MoneyCodec.read(
                        record.getPayment(), job.toString(), Integer.toString(shard), names),
                record.getAuditPpm(),
                new AuditDraw.Draw(
                        record.getAudited(), record.getByTrusted(), record.getReviewed()),
                record.getDistancesList(),
                record.getFurtherList().stream()
                        .map(part ->
                                MoneyCodec.read(
                                        part, job.toString(), Integer.toString(shard), names))
                        .toList(),
                PayCodec.read(record.getContributorsList(), names),
                effective,
                at);
    }

    private Event.JobEnded end(End record, Instant at) {
        var job = new JobId(record.getJob());
        return new Event.JobEnded(
                job,
                end(record.getEnd()),
                record.getDetail(),
                record.hasVoided()
                        ? Optional.of(
                                MoneyCodec.read(record.getVoided(), job.toString(), "", names))
                        : Optional.empty(),
                record.hasRefund()
                        ? Optional.of(
                                MoneyCodec.read(record.getRefund(), job.toString(), "", names))
                        : Optional.empty(),
                at);
    }

    private Event.JobRestored restored(JobRecord record, Instant at) {
        if (record.getSettledCount() % 2 != 0) {
            throw new IllegalArgumentException(
                    "a settled range has a start and an end, found "
                            + record.getSettledCount()
                            + " bounds");
        }
        var settled = new ArrayList<SettledRange>(record.getSettledCount() / 2);
        for (int i = 0; i < record.getSettledCount(); i += 2) {
            settled.add(new SettledRange(record.getSettled(i), record.getSettled(i + 1)));
        }
        return new Event.JobRestored(
                admission(record.getAdmitted(), at),
                Money.ofMillionths(record.getPaid()),
                record.getNextShard(),
                settled,
                audits(record.getAuditsList()),
                UncheckedCodec.read(record, new JobId(record.getAdmitted().getJob()), names),
                record.getResults());
    }

    private static AuditCounts audits(List<Integer> counts) {
        if (counts.isEmpty()) {
            return AuditCounts.NONE;
        }
        if (counts.size() != 4) {
            throw new IllegalArgumentException(
                    "expected 4 counts of audits, found " + counts.size());
        }
        return new AuditCounts(counts.get(0), counts.get(1), counts.get(2), counts.get(3));
    }

    private static ItemKind kind(ItemKindRecord kind) {
        return switch (kind) {
            case TEXT -> ItemKind.TEXT;
            case TOKENS -> ItemKind.TOKENS;
            case ITEM_KIND_UNKNOWN, UNRECOGNIZED ->
                    throw new IllegalArgumentException("this release does not know its item kind");
        };
    }

    private static Tier tier(TierRecord tier) {
        return switch (tier) {
            case INTERACTIVE -> Tier.INTERACTIVE;
            case BATCH -> Tier.BATCH;
            case TIER_UNKNOWN, UNRECOGNIZED ->
                    throw new IllegalArgumentException("this release does not know its tier");
        };
    }

    private static JobEnd end(EndRecord end) {
        return switch (end) {
            case DONE -> JobEnd.DONE;
            case CANCELLED -> JobEnd.CANCELLED;
            case DEADLINE -> JobEnd.DEADLINE;
            case NO_QUORUM -> JobEnd.NO_QUORUM;
            case INPUT -> JobEnd.INPUT;
            case ATTEMPTS -> JobEnd.ATTEMPTS;
            case RESTART -> JobEnd.RESTART;
            case END_UNKNOWN, UNRECOGNIZED ->
                    throw new IllegalArgumentException("this release does not know how it ended");
        };
    }
}
