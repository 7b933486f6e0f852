package org.idlefleet.ledger.proof;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a tile in a C2SP tile log: 256 hashes of one level, fewer at the right edge.
 *
 * @param level counts in steps of 256: a hash at level 1 stands for 256 leaves
 */
public record TileId(int level, long index) implements Comparable<TileId> {
    /** How many hashes a full tile has. */
    public static final int WIDTH = 256;

    private static final Pattern PATH =
            Pattern.compile("tile/(\\d{1,2})/((?:x\\d{3}/){0,5}\\d{3})(?:\\.p/(\\d{1,3}))?");

    /**
     * The path under which tile logs serve it, such as {@code tile/0/x001/234} or, partial, {@code
     * tile/0/017.p/5}.
     */
    public String path(int width) {
        var path = new StringBuilder("%03d".formatted(index % 1_000));
        for (long rest = index / 1_000; rest > 0; rest /= 1_000) {
            path.insert(0, "x%03d/".formatted(rest % 1_000));
        }
        return "tile/" + level + "/" + path + (width == WIDTH ? "" : ".p/" + width);
    }

    /** A tile, or its first so many hashes while it is not full yet. */
    public record Cut(TileId tile, int width) {}

    /** Reads what {@link #path} writes, and nothing else. */
    public static Cut parse(String path) {
        Matcher form = PATH.matcher(path);
        if (form.matches()) {
            String number = form.group(2).replace("x", "").replace("/", "");
            int width = form.group(3) == null ? WIDTH : Integer.parseInt(form.group(3));
            var tile = new TileId(Integer.parseInt(form.group(1)), Long.parseLong(number));
            if (width > 0 && width <= WIDTH && tile.path(width).equals(path)) {
                return new Cut(tile, width);
            }
        }
        throw new IllegalArgumentException(
                "expected a tile such as tile/0/x001/234 or tile/0/017.p/5, found '" + path + "'");
    }

    @Override
    public int compareTo(TileId other) {
        int byLevel = Integer.compare(level, other.level);
        return byLevel != 0 ? byLevel : Long.compare(index, other.index);
    }
}
