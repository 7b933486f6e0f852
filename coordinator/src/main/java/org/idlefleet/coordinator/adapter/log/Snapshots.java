package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.Group;
import org.idlefleet.coordinator.adapter.log.wire.SnapshotIndex;
import org.idlefleet.protocol.Digest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Snapshots in the log's file: one stream of events cut into chunks, with a digest over all of it.
 * A snapshot is written in one SQLite transaction, so it is there whole or not at all.
 */
final class Snapshots {
    private static final int CHUNK_BYTES = 1 << 20;

    /** Snapshots that stay in the file, the newest among them. */
    private static final int KEPT = 2;

    private Snapshots() {}

    /** A snapshot as read back: what the log had when it was taken, then its state. */
    record Stored(long position, byte[] chain, int events, List<byte[]> chunks) {}

    /** Writes a snapshot of the state after {@code position}; the caller commits. */
    static void write(
            Connection connection,
            long position,
            byte[] chain,
            SnapshotIndex.Builder index,
            List<Event.Durable> state)
            throws SQLException {
        byte[] stream = stream(index, state);
        long firstChunk = one(connection, "SELECT ifnull(max(number), 0) + 1 FROM snapshot_chunks");
        int chunks = 0;
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO snapshot_chunks VALUES (?, ?, ?)")) {
            for (int at = 0; at < stream.length; at += CHUNK_BYTES) {
                insert.setLong(1, firstChunk + chunks++);
                insert.setLong(2, position);
                insert.setBytes(
                        3,
                        Arrays.copyOfRange(stream, at, Math.min(stream.length, at + CHUNK_BYTES)));
                insert.executeUpdate();
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, position);
            insert.setLong(2, firstChunk);
            insert.setInt(3, chunks);
            insert.setInt(4, state.size());
            insert.setBytes(5, chain);
            insert.setBytes(6, Digest.of(stream).raw());
            insert.executeUpdate();
        }
        forgetOld(connection);
    }

    /** The newest snapshot; empty if none was ever taken. */
    static Optional<Stored> newest(Readers readers, String file) {
        return readers.with(reader -> {
            try (ResultSet row =
                    reader.statement(
                                    "SELECT position, first_chunk, chunks, events, chain, digest"
                                            + " FROM snapshots ORDER BY position DESC LIMIT 1")
                            .executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long position = row.getLong(1);
                List<byte[]> chunks =
                        chunks(
                                reader.statement(
                                        "SELECT payload FROM snapshot_chunks WHERE number >= ? AND"
                                                + " number < ? ORDER BY number"),
                                row.getLong(2),
                                row.getInt(3));
                check(file, position, chunks, row.getInt(3), row.getBytes(6));
                return Optional.of(new Stored(position, row.getBytes(5), row.getInt(4), chunks));
            }
        });
    }

    /** Hands on the index, then the events, a group at a time. */
    static void read(
            Stored stored,
            String file,
            EventCodec codec,
            Consumer<SnapshotIndex> index,
            Consumer<List<Event.Durable>> reader) {
        String place = place(file, stored.position());
        List<InputStream> streams = new ArrayList<>();
        stored.chunks().forEach(chunk -> streams.add(new ByteArrayInputStream(chunk)));
        int events = 0;
        try (InputStream in = new SequenceInputStream(Collections.enumeration(streams))) {
            SnapshotIndex head = SnapshotIndex.parseDelimitedFrom(in);
            index.accept(head);
            for (int i = 0; i < head.getGroups(); i++) {
                Group group = Group.parseDelimitedFrom(in);
                reader.accept(codec.read(group, events + 1, _ -> true));
                events += group.getEntriesCount();
            }
        } catch (IOException e) {
            throw LogException.damaged(place, "not a stream of groups", e);
        }
        if (events != stored.events()) {
            throw LogException.damaged(
                    place, "expected " + stored.events() + " events, found " + events, null);
        }
    }

    private static byte[] stream(SnapshotIndex.Builder index, List<Event.Durable> state) {
        var codec = new EventCodec();
        List<byte[]> groups = new ArrayList<>();
        for (Event.Durable event : state) {
            codec.add(event);
            if (codec.bytes() >= CHUNK_BYTES) {
                groups.add(codec.takeGroup());
            }
        }
        groups.add(codec.takeGroup());
        try {
            var out = new ByteArrayOutputStream(CHUNK_BYTES);
            index.setGroups(groups.size()).build().writeDelimitedTo(out);
            for (byte[] group : groups) {
                Varint.write(group.length, out);
                out.write(group);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
    }

    private static List<byte[]> chunks(PreparedStatement select, long first, int count)
            throws SQLException {
        var chunks = new ArrayList<byte[]>(count);
        select.setLong(1, first);
        select.setLong(2, first + count);
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                chunks.add(rows.getBytes(1));
            }
        }
        return chunks;
    }

    private static void check(
            String file, long position, List<byte[]> chunks, int expected, byte[] digest) {
        if (chunks.size() != expected) {
            throw LogException.damaged(
                    place(file, position),
                    "expected " + expected + " chunks, found " + chunks.size(),
                    null);
        }
        MessageDigest sha = Digest.sha256();
        chunks.forEach(sha::update);
        if (!Arrays.equals(sha.digest(), digest)) {
            throw LogException.damaged(
                    place(file, position), "its digest does not match its chunks", null);
        }
    }

    private static String place(String file, long position) {
        return "the snapshot after event " + position + " in the event log " + file;
    }

    private static void forgetOld(Connection connection) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(
                        "DELETE FROM snapshots WHERE position NOT IN (SELECT position FROM"
                                + " snapshots ORDER BY position DESC LIMIT "
                                + KEPT
                                + ")")) {
            delete.executeUpdate();
        }
        try (PreparedStatement delete =
                connection.prepareStatement(
                        "DELETE FROM snapshot_chunks WHERE number < (SELECT min(first_chunk) FROM"
                                + " snapshots)")) {
            delete.executeUpdate();
        }
    }

    private static long one(Connection connection, String sql) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            return row.getLong(1);
        }
    }
}
