package org.idlefleet.cli;

import org.idlefleet.protocol.adapter.Sentence;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

/** Why a command could not do its work, as a sentence for the person who typed it. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Failure(int exitCode, String sentence) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
    }

    static Failure error(String sentence) {
        return new Failure(ExitCode.ERROR, sentence);
    }

    static Failure error(Throwable cause) {
        return error(Sentence.of(cause));
    }

    static Failure usage(String sentence) {
        return new Failure(ExitCode.USAGE, sentence);
    }

    static Failure usage(Throwable cause) {
        return usage(Sentence.of(cause));
    }

    /** Nothing answers where something should. */
    static Failure notRunning(String sentence) {
        return new Failure(ExitCode.NOT_RUNNING, sentence);
    }

    /** Somebody answers, and does not accept our key. */
    static Failure auth(String sentence) {
        return new Failure(ExitCode.AUTH, sentence);
    }

    /** Says why a command failed, and how to learn more if it is no failure; its exit code. */
    static int say(Exception e, PrintWriter err) {
        if (e instanceof Failure failure) {
            err.println("idlefleet: " + failure.getMessage());
            return failure.exitCode;
        }
        err.println("idlefleet: " + Sentence.of(e));
        if (System.getenv("IDLEFLEET_TRACE") != null) {
            e.printStackTrace(err);
        } else {
            err.println("IDLEFLEET_TRACE=1 shows where this came from.");
        }
        return ExitCode.ERROR;
    }

    /** Runs a command without picocli; its exit code, or that of the failure that was said. */
    static int said(Callable<Integer> command) {
        var err = new PrintWriter(System.err, true, System.err.charset());
        try {
            return command.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return say(e, err);
        } catch (Exception e) {
            return say(e, err);
        }
    }

    int exitCode() {
        return exitCode;
    }
}
