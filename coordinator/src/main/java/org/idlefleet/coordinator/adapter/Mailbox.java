package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The inbox of a running coordinator. Wishes that somebody waits for are refused at the limit; what
 * nodes say is always taken, because it only frees what they hold, and leases bound how much it can
 * be.
 */
public final class Mailbox implements Inbox {
    /** Commands waiting above which {@link Command.Asked} are refused. */
    public static final int ASKED_MAX = 65_536;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private List<Command> waiting = new ArrayList<>();
    private List<Command> taken = new ArrayList<>();
    private int next;

    @Override
    public boolean offer(Command command) {
        lock.lock();
        try {
            if (command instanceof Command.Asked && waiting.size() >= ASKED_MAX) {
                return false;
            }
            waiting.add(command);
            if (waiting.size() == 1) {
                filled.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Command> drain(int max, Duration wait) {
        if (next == taken.size() && !refill(wait)) {
            return List.of();
        }
        int end = Math.min(taken.size(), next + max);
        List<Command> batch = List.copyOf(taken.subList(next, end));
        next = end;
        return batch;
    }

    private boolean refill(Duration wait) {
        taken.clear();
        next = 0;
        lock.lock();
        try {
            long left = wait.toNanos();
            while (waiting.isEmpty() && left > 0) {
                left = filled.awaitNanos(left);
            }
            List<Command> filledOnes = waiting;
            waiting = taken;
            taken = filledOnes;
            return !taken.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
