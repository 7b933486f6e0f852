package org.idlefleet.protocol.adapter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What went wrong, for people. */
public final class Sentence {
    private Sentence() {}

    /**
     * What went wrong without Java's name for it, where that adds nothing: arguments, files and
     * exceptions of ours. Of a file that is missing or closed to us Java says nothing but its name.
     */
    public static String of(@Nullable Throwable e) {
        return switch (e) {
            case UncheckedIOException wrapped when saysNoMore(wrapped) -> of(wrapped.getCause());
            case UncheckedIOException wrapped when wrapped.getMessage() != null ->
                    wrapped.getMessage();
            case NoSuchFileException missing -> missing(missing.getFile());
            case AccessDeniedException closed -> closed.getFile() + " may not be used by this user";
            case FileAlreadyExistsException there -> there.getFile() + " exists already";
            case IOException io when io.getMessage() != null -> io.getMessage();
            case IllegalArgumentException wrong when wrong.getMessage() != null ->
                    wrong.getMessage();
            case Throwable own when own.getMessage() != null && isOurs(own) -> own.getMessage();
            case null, default -> String.valueOf(e);
        };
    }

    /** A file that was to be written is not missing; its folder is. */
    private static String missing(String file) {
        Path folder = Path.of(file).toAbsolutePath().getParent();
        return folder == null || Files.isDirectory(folder)
                ? file + " is not there"
                : file + " is not there, nor is its folder";
    }

    private static boolean saysNoMore(UncheckedIOException wrapped) {
        return String.valueOf(wrapped.getCause()).equals(wrapped.getMessage());
    }

    private static boolean isOurs(Throwable e) {
        return e.getClass().getName().startsWith("org.idlefleet.");
    }
}
