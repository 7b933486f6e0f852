package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.adapter.log.wire.Group;

import java.util.Arrays;

/** Where a reader of the log stands; lets a row pass only if it is the next one and whole. */
final class RowCheck {
    private final String file;
    private long position;
    private byte[] chain;

    RowCheck(String file, long position, byte[] chain) {
        this.file = file;
        this.position = position;
        this.chain = chain;
    }

    /** The number of the last event that passed. */
    long position() {
        return position;
    }

    /** The row's events. */
    Group pass(LogRow row) {
        if (row.first() != position + 1) {
            throw LogException.damaged(
                    place(),
                    "expected the row that begins with event "
                            + (position + 1)
                            + ", found the one with "
                            + row.first(),
                    null);
        }
        byte[] expected = Chain.next(chain, row.first(), row.events(), row.payload());
        if (!Arrays.equals(expected, row.chain())) {
            throw LogException.damaged(
                    place(),
                    "the checksum of the row that begins with event "
                            + row.first()
                            + " does not match",
                    null);
        }
        Group group = EventCodec.parse(row.payload(), place() + ", row " + row.first());
        if (group.getEntriesCount() != row.events()) {
            throw LogException.damaged(
                    place(),
                    "row "
                            + row.first()
                            + " shall have "
                            + row.events()
                            + " events, found "
                            + group.getEntriesCount(),
                    null);
        }
        position = row.last();
        chain = row.chain();
        return group;
    }

    /** Nothing follows: the log must end here. */
    void end(long expected, byte[] expectedChain) {
        if (position != expected || !Arrays.equals(chain, expectedChain)) {
            throw LogException.damaged(
                    place(),
                    "expected it to end with event " + expected + ", found " + position,
                    null);
        }
    }

    private String place() {
        return "the event log " + file;
    }
}
