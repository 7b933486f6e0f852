package org.idlefleet.edge.adapter.page;

import org.idlefleet.edge.adapter.Durable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the page is, and the word that opens it. Both stand in a file that the node's user alone
 * may read; the word stays the same from start to start, so that a bookmark goes on working.
 */
public record PageAddress(int port, String token) {
    private static final int TOKEN_BYTES = 32;
    private static final Pattern TEXT =
            Pattern.compile("http://127\\.0\\.0\\.1:(\\d{1,5})/\\?token=([A-Za-z0-9_-]{43})");

    /** What to open in a browser. */
    public String text() {
        return "http://127.0.0.1:" + port + "/?token=" + token;
    }

    /** What the node on this directory said last; empty if it has no page. */
    public static Optional<PageAddress> read(Path file) throws IOException {
        try {
            Matcher matcher = TEXT.matcher(Files.readString(file).strip());
            return matcher.matches()
                    ? Optional.of(
                            new PageAddress(Integer.parseInt(matcher.group(1)), matcher.group(2)))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The word of the file, or a new one. */
    static String token(Path file, SecureRandom random) throws IOException {
        Optional<PageAddress> known = read(file);
        if (known.isPresent()) {
            return known.get().token();
        }
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Writes the file; nobody else can read it at any moment. */
    void write(Path file) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".secret");
        Files.deleteIfExists(next);
        if (Files.getFileStore(file.toAbsolutePath().getParent())
                .supportsFileAttributeView("posix")) {
            Files.createFile(
                    next,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(next, (text() + "\n").getBytes(StandardCharsets.US_ASCII));
        Durable.move(next, file);
    }

    /** Whether this is the word; takes as long for a wrong one. */
    boolean opens(String word) {
        return MessageDigest.isEqual(
                word.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
