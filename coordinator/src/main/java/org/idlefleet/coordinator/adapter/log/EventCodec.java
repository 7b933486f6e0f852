package org.idlefleet.coordinator.adapter.log;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.wire.Entry;
import org.idlefleet.coordinator.adapter.log.wire.Group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Durable events as the bytes of {@code log.proto} and back. A group of events shares a table of
 * names, so it takes fewer bytes than its events would one by one, and what is read back shares its
 * names, too. Not thread-safe: each thread has its own.
 */
public final class EventCodec {
    private final NameTable table = new NameTable();
    private final EventWriter writer = new EventWriter(table);
    private final List<Entry> entries = new ArrayList<>();
    private final Names.Interned interned = new Names.Interned();
    private int bytes;

    /** Adds an event to the group that {@link #takeGroup} will return. */
    public void add(Event.Durable event) {
        Entry entry = writer.write(event);
        entries.add(entry);
        bytes += entry.getSerializedSize() + 4;
    }

    /** Events of the group so far. */
    public int size() {
        return entries.size();
    }

    /** About how many bytes the group takes so far. */
    public int bytes() {
        return bytes + table.bytes();
    }

    /** The bytes of the group; a new one begins. */
    public byte[] takeGroup() {
        byte[] group =
                Group.newBuilder()
                        .addAllNames(table.names())
                        .addAllEntries(entries)
                        .build()
                        .toByteArray();
        entries.clear();
        table.clear();
        bytes = 0;
        return group;
    }

    /**
     * Reads a group.
     *
     * @param first the sequence number of its first event, for what an error says
     * @throws LogException if the bytes are damaged or of a newer release; it names the event
     */
    public List<Event.Durable> read(byte[] group, long first) {
        return read(parse(group, "the group from event " + first + " on"), first, _ -> true);
    }

    /** The same, but only the event at {@code index}; the first has 0. */
    Event.Durable one(Group group, long first, int index) {
        var reader = new EntryReader(new Names(group.getNamesList(), interned));
        return read(reader, group.getEntries(index), first + index);
    }

    /** The same, but only the events whose entries {@code wanted} wants. */
    List<Event.Durable> read(Group group, long first, Predicate<Entry> wanted) {
        var reader = new EntryReader(new Names(group.getNamesList(), interned));
        var events = new ArrayList<Event.Durable>(group.getEntriesCount());
        for (int i = 0; i < group.getEntriesCount(); i++) {
            Entry entry = group.getEntries(i);
            if (wanted.test(entry)) {
                events.add(read(reader, entry, first + i));
            }
        }
        return events;
    }

    private static Event.Durable read(EntryReader reader, Entry entry, long number) {
        try {
            return reader.read(entry);
        } catch (RuntimeException e) {
            throw new LogException(
                    "event "
                            + number
                            + " cannot be read; if a newer release wrote the log, start that"
                            + " release, if not, restore the coordinator's folder from its backup",
                    e);
        }
    }

    static Group parse(byte[] bytes, String place) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            in.setSizeLimit(Integer.MAX_VALUE);
            return Group.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw LogException.damaged(place, "not a group of events", e);
        } catch (IOException e) {
            throw new LogException(place + " cannot be read", e);
        }
    }
}
