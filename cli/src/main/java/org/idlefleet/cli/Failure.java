package org.idlefleet.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
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
        return error(sentence(cause));
    }

    static Failure usage(String sentence) {
        return new Failure(ExitCode.USAGE, sentence);
    }

    static Failure usage(Throwable cause) {
        return usage(sentence(cause));
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
        err.println("idlefleet: " + sentence(e));
        if (System.getenv("IDLEFLEET_TRACE") != null) {
            e.printStackTrace(err);
        } else {
            err.println("IDLEFLEET_TRACE=1 shows where this came from.");
        }
        return ExitCode.ERROR;
    }

    /**
     * What went wrong without Java's name for it, where that adds nothing: arguments, files and
     * exceptions of ours. Of a file that is missing or closed to us Java says nothing but its name.
     */
    static String sentence(@Nullable Throwable e) {
        return switch (e) {
            case UncheckedIOException wrapped when saysNoMore(wrapped) ->
                    sentence(wrapped.getCause());
            case UncheckedIOException wrapped when wrapped.getMessage() != null ->
                    wrapped.getMessage();
            case NoSuchFileException missing -> missing.getFile() + " is not there";
            case AccessDeniedException closed -> closed.getFile() + " may not be used by this user";
            case FileAlreadyExistsException there -> there.getFile() + " exists already";
            case IOException io when io.getMessage() != null -> io.getMessage();
            case IllegalArgumentException wrong when wrong.getMessage() != null ->
                    wrong.getMessage();
            case Throwable own when own.getMessage() != null && isOurs(own) -> own.getMessage();
            case null, default -> String.valueOf(e);
        };
    }

    private static boolean saysNoMore(UncheckedIOException wrapped) {
        return String.valueOf(wrapped.getCause()).equals(wrapped.getMessage());
    }

    private static boolean isOurs(Throwable e) {
        return e.getClass().getName().startsWith("org.idlefleet.");
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
