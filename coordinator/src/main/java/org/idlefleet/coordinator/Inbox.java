package org.idlefleet.coordinator;

import java.time.Duration;
import java.util.List;

/** Where doors leave commands for the loop. Any thread may offer; only the loop drains. */
public interface Inbox {
    /**
     * Leaves a command.
     *
     * @return false at the limit; the door must then push back, nothing was taken
     */
    boolean offer(Command command);

    /** Takes up to {@code max} commands, oldest first; waits for the first one at most so long. */
    List<Command> drain(int max, Duration wait);
}
