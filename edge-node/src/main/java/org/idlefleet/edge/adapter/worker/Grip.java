package org.idlefleet.edge.adapter.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/**
 * The daemon's hold on one worker from outside: beats that let it go on, then frozen, then killed.
 * Beside the beats nothing here allocates or waits. Owned by the ladder's thread; only freezing is
 * for any: after the close it reaches nobody, or for a moment the next worker, whose beat undoes
 * it.
 */
abstract sealed class Grip {
    private final Process process;
    private final OutputStream beats;

    private Grip(Process process) {
        this.process = process;
        this.beats = process.getOutputStream();
    }

    /** The best hold there is on this system. */
    static Grip on(Process process, ControlGroup group) {
        if (!Kernel.present()) {
            return new Handle(process);
        }
        int pidfd = Kernel.pidfd(process.pid());
        return pidfd < 0 ? new Handle(process) : new Signals(process, pidfd, group);
    }

    /** Tells the worker that the daemon lives. */
    void beat() {
        try {
            beats.write(0);
            beats.flush();
        } catch (IOException e) {
            // The worker is gone; whoever waits for its answers learns it there.
        }
    }

    /** No processor time from now on. */
    abstract void freeze();

    /** Gone, with its memory. */
    abstract void kill();

    /** Lets go of a worker that is gone. */
    abstract void close();

    /** Waits until the killed process is gone; the kernel may need a moment for its memory. */
    final void awaitEnd() {
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    }

    final Process process() {
        return process;
    }

    /** Linux: signals that can't hit another process, and a control group where there is one. */
    private static final class Signals extends Grip {
        private final int pidfd;
        private final ControlGroup group;

        Signals(Process process, int pidfd, ControlGroup group) {
            super(process);
            this.pidfd = pidfd;
            this.group = group;
        }

        @Override
        void beat() {
            Kernel.signal(pidfd, Kernel.SIGCONT);
            super.beat();
        }

        @Override
        void freeze() {
            Kernel.signal(pidfd, Kernel.SIGSTOP);
            group.freeze();
        }

        @Override
        void kill() {
            Kernel.signal(pidfd, Kernel.SIGKILL);
            group.kill();
        }

        @Override
        void close() {
            Kernel.close(pidfd);
            group.close();
        }
    }

    /** Elsewhere the JDK can only end a process, so that comes where freezing would. */
    private static final class Handle extends Grip {
        Handle(Process process) {
            super(process);
        }

        @Override
        void freeze() {
            process().destroyForcibly();
        }

        @Override
        void kill() {
            process().destroyForcibly();
        }

        @Override
        void close() {}
    }
}
