package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One pass over the newest snapshot and all later rows; fills in which jobs are open. A thread of
 * its own reads, checks and decodes ahead, while the caller's thread hands events on.
 */
final class Replay {
    private final String file;
    private final Readers readers;
    private final LogReader reader;
    private final OpenJobs open;

    Replay(String file, Readers readers, LogReader reader, OpenJobs open) {
        this.file = file;
        this.readers = readers;
        this.reader = reader;
        this.open = open;
    }

    /** What the reading thread hands over: events of one group, from a row or the snapshot. */
    private record Batch(long row, boolean snapshot, List<Event.Durable> events) {}

    void run(Consumer<Event.Durable> taker) {
        open.clear();
        Ahead.run(this::read, batch -> take(batch, taker));
    }

    private void read(Consumer<Batch> batches) {
        var codec = new EventCodec();
        Optional<Snapshots.Stored> snapshot = Snapshots.newest(readers, file);
        snapshot.ifPresent(stored ->
                Snapshots.read(
                        stored,
                        file,
                        codec,
                        open::load,
                        events -> batches.accept(new Batch(0, true, events))));
        RowCheck check =
                snapshot.map(stored -> new RowCheck(file, stored.position(), stored.chain()))
                        .orElseGet(() -> new RowCheck(file, 0, Chain.start()));
        reader.rows(
                check,
                (first, group) ->
                        batches.accept(
                                new Batch(first, false, codec.read(group, first, _ -> true))));
        LogReader.Head head = reader.head();
        check.end(head.position(), head.chain());
    }

    private void take(Batch batch, Consumer<Event.Durable> taker) {
        for (Event.Durable event : batch.events()) {
            if (batch.snapshot()) {
                open.restore(event);
            } else {
                open.note(event, batch.row());
                if (event instanceof Event.JobEnded ended) {
                    open.end(ended.job());
                }
            }
            taker.accept(event);
        }
    }
}
