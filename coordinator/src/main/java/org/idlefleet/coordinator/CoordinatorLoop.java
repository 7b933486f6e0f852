package org.idlefleet.coordinator;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One pass: commands in, events to the log, the log made durable, sends out. A thread drives it in
 * production, virtual time in the simulator. Not thread-safe.
 */
public final class CoordinatorLoop {
    /** Commands taken in one step: the group that shares one flush. */
    public static final int BATCH_MAX = 1_024;

    /** Shards placed in one step at the most; the rest waits for the next. */
    private static final int PLACED_MAX = 2_048;

    /**
     * And as many while more commands wait than one step takes: half as many as came back, so that
     * what was given out does not pile up here as results that wait for each other. What is not
     * given out yet costs nothing.
     */
    private static final int REPLACED_MAX = BATCH_MAX / 2;

    /** So long a fact of which nobody was told may wait for the next flush. */
    private static final Duration LAG_MAX = Duration.ofMillis(20);

    private final Coordinator coordinator;
    private final EventLog log;
    private final Outbox outbox;
    private final Consumer<Event> witness;
    private final List<Send> sends = new ArrayList<>();
    private boolean dirty;
    private boolean pressing;
    private @Nullable Instant flushBy;

    /**
     * @param witness sees every event when it has been applied, durable or not, before the flush:
     *     for metrics and the simulator's invariants; it must not throw
     */
    public CoordinatorLoop(
            Coordinator coordinator, EventLog log, Outbox outbox, Consumer<Event> witness) {
        this.coordinator = coordinator;
        this.log = log;
        this.outbox = outbox;
        this.witness = witness;
    }

    /** Replays the log and begins a new life. */
    public void begin(Instant now) {
        log.replay(coordinator::apply);
        step(List.of(new Command.Begin()), now);
    }

    /**
     * Takes the commands, places what can be placed, makes it durable, lets the sends go. Only the
     * admission of a job that lives as long as its request may become durable a moment later,
     * together with what comes of it: till then nobody is told, and if it is lost, so is the
     * request.
     */
    public void step(List<Command> commands, Instant now) {
        for (Command command : commands) {
            take(command, now);
        }
        wake(now);
        place(now, commands.size() < BATCH_MAX ? PLACED_MAX : REPLACED_MAX);
        flush(now);
        sends.forEach(outbox::send);
        sends.clear();
        outbox.flush();
    }

    private void flush(Instant now) {
        if (dirty && (pressing || flushBy != null && !now.isBefore(flushBy))) {
            log.flush();
            dirty = false;
            flushBy = null;
        } else if (dirty && flushBy == null) {
            flushBy = now.plus(LAG_MAX);
        }
        pressing = false;
    }

    /** How long nothing will be due, {@code longest} at the most. */
    public Duration idle(Instant now, Duration longest) {
        Optional<Instant> next = earlier(coordinator.nextDeadline(), flushBy);
        if (next.isEmpty()) {
            return longest;
        }
        Duration left = Duration.between(now, next.get());
        return left.isNegative() ? Duration.ZERO : left.compareTo(longest) < 0 ? left : longest;
    }

    /** Writes a snapshot, so that the next replay is short. */
    public void snapshot(Instant now) {
        if (dirty) {
            log.flush();
            dirty = false;
            flushBy = null;
        }
        log.snapshot(coordinator.snapshot(now));
    }

    /** Whether the send tells somebody what is true, so that all of it must be durable. */
    private static boolean shows(Send send) {
        return send instanceof Send.Reply reply && reply.answer() instanceof Answer.Seen;
    }

    private static Optional<Instant> earlier(Optional<Instant> one, @Nullable Instant other) {
        return other == null || one.isPresent() && one.get().isBefore(other)
                ? one
                : Optional.of(other);
    }

    private void wake(Instant now) {
        Optional<Instant> due = coordinator.nextDeadline();
        while (due.isPresent() && !due.get().isAfter(now)) {
            if (!take(new Command.Wake(), now)) {
                return;
            }
            due = coordinator.nextDeadline();
        }
    }

    private void place(Instant now, int most) {
        for (int i = 0; i < most; i++) {
            Decision decision = coordinator.place(now);
            assert decision.equals(coordinator.place(now)) : "placing changed state";
            if (!carryOut(decision)) {
                return;
            }
        }
    }

    private boolean take(Command command, Instant now) {
        Decision decision = coordinator.decide(command, now);
        assert decision.equals(coordinator.decide(command, now)) : "decide changed state";
        return carryOut(decision);
    }

    private boolean carryOut(Decision decision) {
        for (Event event : decision.events()) {
            if (event instanceof Event.Durable durable) {
                log.append(List.of(durable));
                dirty = true;
                pressing |= !durable.mayLag();
            }
            coordinator.apply(event);
            witness.accept(event);
        }
        for (Send send : decision.sends()) {
            outbox.prepare(send);
            sends.add(send);
            pressing |= shows(send);
        }
        return !decision.events().isEmpty();
    }
}
