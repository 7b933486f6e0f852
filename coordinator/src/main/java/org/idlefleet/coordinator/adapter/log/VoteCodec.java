package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

import org.idlefleet.coordinator.adapter.log.wire.BallotRecord;
import org.idlefleet.coordinator.adapter.log.wire.LeaseRecord;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.NumericClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Leases, ballots and digests as records and back, beside the job and shard they are about. */
final class VoteCodec {
    private VoteCodec() {}

    static ByteString write(Digest digest) {
        return UnsafeByteOperations.unsafeWrap(digest.raw());
    }

    static Digest digest(ByteString bytes) {
        return Digest.ofRaw(bytes.toByteArray());
    }

    static LeaseRecord write(Lease lease, JobId job, int shard) {
        var record = LeaseRecord.newBuilder().setAttempt(lease.attempt()).setEpoch(lease.epoch());
        if (!lease.job().equals(job)) {
            record.setJob(lease.job().number());
        }
        if (lease.shard() != shard) {
            record.setShard(lease.shard());
        }
        return record.build();
    }

    static Lease lease(LeaseRecord record, JobId job, int shard) {
        return new Lease(
                record.hasJob() ? new JobId(record.getJob()) : job,
                record.hasShard() ? record.getShard() : shard,
                record.getAttempt(),
                record.getEpoch());
    }

    static BallotRecord write(Ballot ballot, JobId job, int shard, NameTable names) {
        var record =
                BallotRecord.newBuilder()
                        .setLease(write(ballot.lease(), job, shard))
                        .setNode(names.number(ballot.node().value()))
                        .setOwner(names.number(ballot.owner().value()))
                        .setCommit(write(ballot.commit()))
                        .setOutput(write(ballot.output()))
                        .setNumericClass(names.number(ballot.numericClass()));
        Evidence evidence = ballot.evidence();
        evidence.input().ifPresent(input -> record.setInput(write(input)));
        evidence.signature()
                .ifPresent(signed ->
                        record.setKey(UnsafeByteOperations.unsafeWrap(signed.key()))
                                .setSignature(UnsafeByteOperations.unsafeWrap(signed.signature())));
        return record.build();
    }

    private static Evidence evidence(BallotRecord record) {
        if (record.getInput().isEmpty()) {
            return Evidence.NONE;
        }
        return new Evidence(
                Optional.of(digest(record.getInput())),
                record.getSignature().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new NodeSignature(
                                        record.getKey().toByteArray(),
                                        record.getSignature().toByteArray())));
    }

    static Ballot ballot(BallotRecord record, JobId job, int shard, Names names) {
        return new Ballot(
                lease(record.getLease(), job, shard),
                names.node(record.getNode()),
                names.owner(record.getOwner()),
                digest(record.getCommit()),
                digest(record.getOutput()),
                record.hasNumericClass()
                        ? names.numericClass(record.getNumericClass())
                        : NumericClass.UNKNOWN,
                evidence(record));
    }

    static List<Ballot> ballots(List<BallotRecord> records, JobId job, int shard, Names names) {
        if (records.isEmpty()) {
            return List.of();
        }
        var ballots = new ArrayList<Ballot>(records.size());
        for (BallotRecord record : records) {
            ballots.add(ballot(record, job, shard, names));
        }
        return ballots;
    }
}
