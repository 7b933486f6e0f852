package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.UnsafeByteOperations;

import org.idlefleet.coordinator.Event.Unchecked;
import org.idlefleet.coordinator.adapter.log.wire.Cast;
import org.idlefleet.coordinator.adapter.log.wire.JobRecord;
import org.idlefleet.coordinator.adapter.log.wire.UncheckedRows;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The results of a job that nobody has looked at, as records and back. The loop stands still while
 * a snapshot of them is made, so they are packed: a record for each took several times as long.
 */
final class UncheckedCodec {
    private UncheckedCodec() {}

    static void write(
            List<Unchecked> results, JobId job, NameTable names, JobRecord.Builder record) {
        if (results.isEmpty()) {
            return;
        }
        if (results.stream().allMatch(result -> isPlain(result, job))) {
            record.setUncheckedRows(rows(results, names));
            return;
        }
        for (Unchecked result : results) {
            record.addUnchecked(
                    Cast.newBuilder()
                            .setShard(result.shard())
                            .setFrom(result.from())
                            .setTo(result.to())
                            .setBallot(
                                    VoteCodec.write(result.result(), job, result.shard(), names)));
        }
    }

    /** Whether nothing is lost of it in a row. */
    private static boolean isPlain(Unchecked result, JobId job) {
        Ballot ballot = result.result();
        return ballot.lease().job().equals(job)
                && ballot.lease().shard() == result.shard()
                && ballot.evidence().equals(Evidence.NONE);
    }

    private static UncheckedRows rows(List<Unchecked> results, NameTable names) {
        var rows = UncheckedRows.newBuilder();
        ByteBuffer digests = ByteBuffer.allocate(2 * Digest.BYTES * results.size());
        // A node answers several shards in one message, so mostly it is the last one again.
        Ballot last = results.getFirst().result();
        int node = names.number(last.node().value());
        int owner = names.number(last.owner().value());
        int numericClass = names.number(last.numericClass());
        for (Unchecked result : results) {
            Ballot ballot = result.result();
            if (!ballot.node().equals(last.node())) {
                node = names.number(ballot.node().value());
            }
            if (!ballot.owner().equals(last.owner())) {
                owner = names.number(ballot.owner().value());
            }
            if (!ballot.numericClass().equals(last.numericClass())) {
                numericClass = names.number(ballot.numericClass());
            }
            last = ballot;
            rows.addShards(result.shard())
                    .addFrom(result.from())
                    .addTo(result.to())
                    .addAttempts(ballot.lease().attempt())
                    .addEpochs(ballot.lease().epoch())
                    .addNodes(node)
                    .addOwners(owner)
                    .addNumericClasses(numericClass);
            digests.put(ballot.commit().raw()).put(ballot.output().raw());
        }
        return rows.setDigests(UnsafeByteOperations.unsafeWrap(digests.array())).build();
    }

    static List<Unchecked> read(JobRecord record, JobId job, Names names) {
        if (record.hasUncheckedRows()) {
            return read(record.getUncheckedRows(), job, names);
        }
        return record.getUncheckedList().stream()
                .map(result ->
                        new Unchecked(
                                result.getShard(),
                                result.getFrom(),
                                result.getTo(),
                                VoteCodec.ballot(
                                        result.getBallot(), job, result.getShard(), names)))
                .toList();
    }

    private static List<Unchecked> read(UncheckedRows rows, JobId job, Names names) {
        int count = rows.getShardsCount();
        boolean whole =
                rows.getFromCount() == count
                        && rows.getToCount() == count
                        && rows.getAttemptsCount() == count
                        && rows.getEpochsCount() == count
                        && rows.getNodesCount() == count
                        && rows.getOwnersCount() == count
                        && rows.getNumericClassesCount() == count
                        && rows.getDigests().size() == 2L * Digest.BYTES * count;
        if (!whole) {
            throw new IllegalArgumentException(
                    "expected lists of " + count + " unchecked results, found other lengths");
        }
        var results = new ArrayList<Unchecked>(count);
        ByteBuffer digests = rows.getDigests().asReadOnlyByteBuffer();
        for (int i = 0; i < count; i++) {
            int shard = rows.getShards(i);
            var lease = new Lease(job, shard, rows.getAttempts(i), rows.getEpochs(i));
            Digest commit = next(digests);
            results.add(
                    new Unchecked(
                            shard,
                            rows.getFrom(i),
                            rows.getTo(i),
                            new Ballot(
                                    lease,
                                    names.node(rows.getNodes(i)),
                                    names.owner(rows.getOwners(i)),
                                    commit,
                                    next(digests),
                                    names.numericClass(rows.getNumericClasses(i)))));
        }
        return results;
    }

    private static Digest next(ByteBuffer digests) {
        var raw = new byte[Digest.BYTES];
        digests.get(raw);
        return Digest.ofRaw(raw);
    }
}
