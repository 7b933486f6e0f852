package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.EventLog;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The disk under the event log. What was not flushed is lost with the process; a flush that fails
 * may have written everything or nothing, and the process can't know which.
 */
final class SimLog implements EventLog {
    private final List<Event.Durable> history = new ArrayList<>();
    private final List<Event.Durable> buffered = new ArrayList<>();
    private final SimPayloads payloads;
    private final Corners corners;
    private List<Event.Durable> snapshot = List.of();
    private int snapshotAt;
    private Fault nextFlush = Fault.NONE;

    /** What the next flush meets. */
    enum Fault {
        NONE,
        NOTHING_WRITTEN,
        ALL_WRITTEN
    }

    SimLog(SimPayloads payloads, Corners corners) {
        this.payloads = payloads;
        this.corners = corners;
    }

    void failNextFlush(Fault fault) {
        nextFlush = fault;
    }

    @Override
    public void append(List<Event.Durable> events) {
        buffered.addAll(events);
    }

    @Override
    public void flush() {
        Fault fault = nextFlush;
        nextFlush = Fault.NONE;
        if (fault == Fault.NOTHING_WRITTEN) {
            corners.met(Corner.CRASH_BEFORE_FLUSH);
            throw new ProcessDied("flush failed, nothing written");
        }
        for (Event.Durable event : buffered) {
            payloads.written(event);
            history.add(event);
        }
        buffered.clear();
        if (fault == Fault.ALL_WRITTEN) {
            corners.met(Corner.CRASH_AFTER_FLUSH);
            throw new ProcessDied("flush failed, all written");
        }
    }

    @Override
    public void snapshot(List<Event.Durable> state) {
        snapshot = List.copyOf(state);
        snapshotAt = history.size();
    }

    @Override
    public void replay(Consumer<Event.Durable> reader) {
        if (snapshotAt > 0) {
            corners.met(Corner.REPLAY_FROM_SNAPSHOT);
        }
        snapshot.forEach(reader);
        history.subList(snapshotAt, history.size()).forEach(reader);
    }

    /** The process died: what it had not flushed is gone. */
    void lose() {
        buffered.clear();
        nextFlush = Fault.NONE;
    }

    /** Everything ever made durable, snapshots left out. */
    List<Event.Durable> history() {
        return history;
    }

    boolean clean() {
        return buffered.isEmpty();
    }

    /** What a crash would lose now. */
    List<Event.Durable> waiting() {
        return buffered;
    }
}
