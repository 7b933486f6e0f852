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
import java.util.List;
import java.util.Optional;

/** Reads payloads of durable jobs from the file, checked. Any thread. */
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

    private final Readers readers;

    PayloadReader(Readers readers) {
        this.readers = readers;
    }

    /** Items {@code from} up to {@code to}; empty if the job has no inputs in the file. */
    Optional<List<byte[]>> items(JobId job, int from, int to) {
        return readers.with(reader -> {
            PreparedStatement select = reader.statement(INPUTS);
            select.setLong(1, job.number());
            select.setInt(2, from);
            select.setInt(3, to);
            var items = new ArrayList<byte[]>(to - from);
            boolean any = false;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    any = true;
                    add(rows, from + items.size(), to, job, items);
                }
            }
            if (any && items.size() != to - from) {
                throw missing(job, from + items.size());
            }
            return any ? Optional.of(items) : Optional.empty();
        });
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

    /** Adds the row's items from {@code next} on, {@code to} excluded. */
    private static void add(ResultSet row, int next, int to, JobId job, List<byte[]> items)
            throws SQLException {
        int first = row.getInt(1);
        int count = row.getInt(2);
        if (next < first || next >= first + count) {
            throw missing(job, next);
        }
        String place = "inputs of " + job + " from item " + first + " on";
        byte[] payload = PayloadSum.checked(row.getBytes(4), row.getLong(3), place);
        try {
            List<ByteString> run = ItemRun.parseFrom(payload).getItemsList();
            for (int i = next - first; i < Math.min(count, to - first); i++) {
                items.add(run.get(i).toByteArray());
            }
        } catch (InvalidProtocolBufferException | IndexOutOfBoundsException e) {
            throw LogException.damaged(place, "not a run of items", e);
        }
    }

    private static LogException missing(JobId job, int item) {
        return LogException.damaged("inputs of " + job, "item " + item + " is missing", null);
    }
}
