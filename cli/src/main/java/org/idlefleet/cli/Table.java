package org.idlefleet.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under headings, aligned. A heading that starts with {@code >} asks for its column to be
 * aligned to the right.
 */
final class Table {
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    Table(String... headings) {
        right = new boolean[headings.length];
        var plain = new String[headings.length];
        for (int i = 0; i < headings.length; i++) {
            right[i] = headings[i].startsWith(">");
            plain[i] = right[i] ? headings[i].substring(1) : headings[i];
        }
        rows.add(plain);
    }

    /** A row with as many cells as there are headings. */
    Table row(Object... cells) {
        if (cells.length != right.length) {
            throw new IllegalArgumentException(
                    "expected " + right.length + " cells, found " + Arrays.toString(cells));
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
        return this;
    }

    /** No row was added. */
    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** The lines, headings first, each ended by a line feed. */
    @Override
    public String toString() {
        var widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        var text = new StringBuilder();
        for (String[] row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String gap = " ".repeat(widths[i] - row[i].length());
                line.append(i == 0 ? "" : "  ").append(right[i] ? gap + row[i] : row[i] + gap);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
