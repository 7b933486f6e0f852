package org.idlefleet.edge.adapter.worker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The worker's own brake: it stands still when the daemon falls silent, and ends with it.
 *
 * <p>The daemon's beats come in on standard input. Each starts a timer of the kernel over; when the
 * timer fires, the kernel stops the whole process, whatever its threads do. The daemon's next beat
 * comes with SIGCONT, so a late beat costs a moment and a daemon that is stopped costs nothing
 * more. A daemon that died takes the worker along.
 */
final class Deadman {
    /** Silence after which the worker stands still; twice the daemon's beat. */
    static final int SILENCE_MILLIS = 80;

    private Deadman() {}

    /** Ends this process with the one that started it, from now on. */
    static void tieTo(long parent) {
        if (Kernel.present() && (Kernel.dieWithParent() < 0 || Kernel.parent() != parent)) {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Follows the beats until they end, and the process with them. */
    static void follow(InputStream beats) {
        try (var arena = Arena.ofConfined()) {
            int timer = Kernel.present() ? Kernel.timer(Kernel.SIGSTOP) : -1;
            MemorySegment when =
                    arena.allocateFrom(ValueLayout.JAVA_LONG, 0, 0, 0, SILENCE_MILLIS * 1_000_000L);
            var bytes = new byte[64];
            while (beats.read(bytes) >= 0) {
                if (timer >= 0) {
                    Kernel.arm(timer, when.address());
                }
            }
        } catch (IOException e) {
            // The daemon is gone as well.
        }
        Runtime.getRuntime().halt(0);
    }
}
