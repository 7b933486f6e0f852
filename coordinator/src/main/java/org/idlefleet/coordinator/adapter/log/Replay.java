package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One pass over the newest snapshot and all later rows; fills in which jobs are open. */
final class Replay {
    private final String file;
    private final Readers readers;
    private final LogReader reader;
    private final OpenJobs open;
    private final EventCodec codec = new EventCodec();

    Replay(String file, Readers readers, LogReader reader, OpenJobs open) {
        this.file = file;
        this.readers = readers;
        this.reader = reader;
        this.open = open;
    }

    void run(Consumer<Event.Durable> taker) {
        open.clear();
        Optional<Snapshots.Stored> snapshot = Snapshots.newest(readers, file);
        snapshot.ifPresent(stored ->
                Snapshots.read(
                        stored,
                        file,
                        codec,
                        open::load,
                        event -> {
                            open.restore(event);
                            taker.accept(event);
                        }));
        RowCheck check =
                snapshot.map(stored -> new RowCheck(file, stored.position(), stored.chain()))
                        .orElseGet(() -> new RowCheck(file, 0, Chain.start()));
        reader.rows(
                check,
                (first, group) -> {
                    List<Event.Durable> events = codec.read(group, first, _ -> true);
                    for (Event.Durable event : events) {
                        open.note(event, first);
                        if (event instanceof Event.JobEnded ended) {
                            open.end(ended.job());
                        }
                        taker.accept(event);
                    }
                });
        LogReader.Head head = reader.head();
        check.end(head.position(), head.chain());
    }
}
