package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.coordinator.adapter.log.wire.ItemRun;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads payloads of durable jobs from the file, checked. Any thread.
 *
 * <p>A job's shards are carved one behind the other, so the next one mostly lies in the same run of
 * inputs. To read it is most of the work for a small shard, so the last one read of each of the
 * latest jobs is kept.
 */
final class PayloadReader {
    private static final String INPUTS =
            "SELECT first, items, sum, payload FROM inputs WHERE job = ?1 AND first < ?3 AND first"
                + " >= (SELECT first FROM inputs WHERE job = ?1 AND first <= ?2 ORDER BY first DESC"
                + " LIMIT 1) ORDER BY first";
    private static final String OUTPUT =
            "SELECT sum, payload FROM outputs WHERE job = ? AND shard = ? AND attempt = ? AND epoch"
                    + " = ?";
    private static final String KEPT =
            "SELECT from_item, to_item, sum, payload FROM outputs WHERE job = ? AND kept = 1 ORDER"
                    + " BY from_item";

    /** So many jobs take turns without a run being read twice; each keeps one in memory. */
    private static final int RUNS_KEPT = 16;

    private final Readers readers;

    /** The run that was read last of each of the latest jobs. */
    private final Map<JobId, Run> last =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        @Override
                        protected boolean removeEldestEntry(Map.Entry<JobId, Run> eldest) {
                            return size() > RUNS_KEPT;
                        }
                    });

    PayloadReader(Readers readers) {
        this.readers = readers;
    }

    /** Items {@code from} up to {@code to}; empty if the job has no inputs in the file. */
    Optional<List<byte[]>> items(JobId job, int from, int to) {
        Run known = last.get(job);
        if (known != null && known.first() <= from && to <= known.end()) {
            return Optional.of(known.items(from, to));
        }
        List<Run> runs =
                readers.with(reader -> {
                    PreparedStatement select = reader.statement(INPUTS);
                    select.setLong(1, job.number());
                    select.setInt(2, from);
                    select.setInt(3, to);
                    var found = new ArrayList<Run>(1);
                    try (ResultSet rows = select.executeQuery()) {
                        while (rows.next()) {
                            found.add(run(rows, job));
                        }
                    }
                    return found;
                });
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        var items = new ArrayList<byte[]>(to - from);
        for (Run run : runs) {
            int next = from + items.size();
            if (next < run.first() || next >= run.end()) {
                throw missing(job, next);
            }
            items.addAll(run.items(next, Math.min(run.end(), to)));
        }
        if (items.size() != to - from) {
            throw missing(job, from + items.size());
        }
        last.put(job, runs.getLast());
        return Optional.of(items);
    }

    Optional<byte[]> output(Lease lease) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(OUTPUT);
            select.setLong(1, lease.job().number());
            select.setInt(2, lease.shard());
            select.setInt(3, lease.attempt());
            select.setInt(4, lease.epoch());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                PayloadSum.checked(
                                        row.getBytes(2), row.getLong(1), "result " + lease))
                        : Optional.empty();
            }
        });
    }

    /** Results that answer the job, in the order of its items. */
    List<Kept> kept(JobId job) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(KEPT);
            select.setLong(1, job.number());
            var kept = new ArrayList<Kept>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    int from = rows.getInt(1);
                    String place = "the result of " + job + " from item " + from + " on";
                    kept.add(
                            new Kept(
                                    from,
                                    rows.getInt(2),
                                    PayloadSum.checked(rows.getBytes(4), rows.getLong(3), place)));
                }
            }
            return kept;
        });
    }

    private static Run run(ResultSet row, JobId job) throws SQLException {
        int first = row.getInt(1);
        int count = row.getInt(2);
        String place = "inputs of " + job + " from item " + first + " on";
        byte[] payload = PayloadSum.checked(row.getBytes(4), row.getLong(3), place);
        try {
            List<ByteString> items = ItemRun.parseFrom(payload).getItemsList();
            if (items.size() != count) {
                throw LogException.damaged(
                        place, "expected " + count + " items, found " + items.size(), null);
            }
            return new Run(first, items);
        } catch (InvalidProtocolBufferException e) {
            throw LogException.damaged(place, "not a run of items", e);
        }
    }

    /** Neighbouring items of a job, from {@code first} on. */
    private record Run(int first, List<ByteString> all) {
        int end() {
            return first + all.size();
        }

        /** Those from {@code from} up to {@code to} of the job, all of which it must have. */
        List<byte[]> items(int from, int to) {
            var items = new ArrayList<byte[]>(to - from);
            for (int i = from; i < to; i++) {
                items.add(all.get(i - first).toByteArray());
            }
            return items;
        }
    }

    private static LogException missing(JobId job, int item) {
        return LogException.damaged("inputs of " + job, "item " + item + " is missing", null);
    }
}
