package org.idlefleet.ledger.proof;

/**
 * The place of a tile in a C2SP tile log: 256 hashes of one level, fewer at the right edge.
 *
 * @param level counts in steps of 256: a hash at level 1 stands for 256 leaves
 */
public record TileId(int level, long index) implements Comparable<TileId> {
    /** How many hashes a full tile has. */
    public static final int WIDTH = 256;

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

    @Override
    public int compareTo(TileId other) {
        int byLevel = Integer.compare(level, other.level);
        return byLevel != 0 ? byLevel : Long.compare(index, other.index);
    }
}
