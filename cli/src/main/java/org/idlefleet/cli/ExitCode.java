package org.idlefleet.cli;

/** What the command tells the shell. */
final class ExitCode {
    static final int OK = 0;
    static final int ERROR = 1;
    static final int USAGE = 2;
    static final int NOT_RUNNING = 3;
    static final int AUTH = 4;

    private ExitCode() {}
}
