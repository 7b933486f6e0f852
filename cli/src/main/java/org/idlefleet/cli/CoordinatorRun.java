package org.idlefleet.cli;

import java.io.PrintWriter;
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
            System.exit(run(run));
        }
        Idlefleet.main(
                Stream.concat(Stream.of("coordinator", "run"), Stream.of(args))
                        .toArray(String[]::new));
    }

    private static int run(CoordinatorCommand.Run command) {
        var err = new PrintWriter(System.err, true, System.err.charset());
        try {
            return command.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failure.say(e, err);
        } catch (RuntimeException e) {
            return Failure.say(e, err);
        }
    }
}
