package org.idlefleet.ledger.proof;

import java.util.ArrayList;
import java.util.List;

/**
 * A cursor over the lines of a text from outside: every read checks, and says at which line it
 * failed.
 */
final class Lines {
    private final List<String> lines;
    private int at;

    Lines(String text) {
        lines = List.of(text.split("\n", -1));
    }

    boolean hasNext() {
        return at < lines.size() - 1;
    }

    String next() {
        if (!hasNext()) {
            throw new IllegalArgumentException(
                    "the text ends at line " + (at + 1) + ", expected more");
        }
        return lines.get(at++);
    }

    /** A line that begins with this word; gives what follows it. */
    String next(String word) {
        String line = next();
        if (!line.startsWith(word + " ")) {
            throw new IllegalArgumentException(
                    "line " + at + ": expected '" + word + " …', found '" + line + "'");
        }
        return line.substring(word.length() + 1);
    }

    void expect(String exactly) {
        String line = next();
        if (!line.equals(exactly)) {
            throw new IllegalArgumentException(
                    "line " + at + ": expected '" + exactly + "', found '" + line + "'");
        }
    }

    long number() {
        return number(next());
    }

    int count(String word, int max) {
        long count = number(next(word));
        if (count < 0 || count > max) {
            throw new IllegalArgumentException(
                    "line " + at + ": expected at most " + max + " " + word + ", found " + count);
        }
        return (int) count;
    }

    Hash hash() {
        try {
            return Hash.parse(next());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + at + ": " + e.getMessage(), e);
        }
    }

    List<Hash> hashes(int count) {
        var hashes = new ArrayList<Hash>();
        for (int i = 0; i < count; i++) {
            hashes.add(hash());
        }
        return List.copyOf(hashes);
    }

    /** The next {@code count} lines as one text. */
    String block(int count) {
        var block = new StringBuilder();
        for (int i = 0; i < count; i++) {
            block.append(next()).append('\n');
        }
        return block.toString();
    }

    /** Numbers have one form, so that a text has one meaning and one hash. */
    private long number(String text) {
        try {
            long number = Long.parseLong(text);
            if (Long.toString(number).equals(text)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the message below
        }
        throw new IllegalArgumentException(
                "line " + at + ": expected a number, found '" + text + "'");
    }
}
