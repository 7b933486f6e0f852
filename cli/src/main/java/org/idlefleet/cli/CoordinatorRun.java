package org.idlefleet.cli;

import java.util.stream.Stream;

/**
 * {@code idlefleet coordinator run} without the other commands: the launcher starts a coordinator
 * here, so that it serves again sooner.
 */
public final class CoordinatorRun {
    private CoordinatorRun() {}

    public static void main(String[] args) {
        var run = new CoordinatorCommand.Run();
        if (PlainOptions.read(args, run::take)) {
            System.exit(Failure.said(run));
        }
        Idlefleet.main(
                Stream.concat(Stream.of("coordinator", "run"), Stream.of(args))
                        .toArray(String[]::new));
    }
}
