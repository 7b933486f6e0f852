package org.idlefleet.ledger.proof;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Merkle log kept as C2SP tiles: leaf hashes are appended, and every node can be read again from
 * one tile.
 *
 * <p>{@link #append} changes tiles in memory; {@link #flush} hands the changed ones to the store.
 * One thread.
 */
public final class TileLog implements MerkleTree.Nodes {
    private static final int LEVELS_PER_TILE = 8;

    private final TileStore store;
    private final Map<TileId, byte[]> changed = new TreeMap<>();
    private long size;

    /** Continues a log of {@code size} leaves, whose tiles the store has. */
    public TileLog(TileStore store, long size) {
        this.store = store;
        this.size = size;
    }

    public long size() {
        return size;
    }

    public void append(Hash leaf) {
        Hash hash = leaf;
        long index = size;
        for (int level = 0; ; level++) {
            byte[] tile =
                    put(
                            new TileId(level, index / TileId.WIDTH),
                            (int) (index % TileId.WIDTH),
                            hash);
            if (index % TileId.WIDTH != TileId.WIDTH - 1) {
                break;
            }
            hash = node(tile, 0, TileId.WIDTH);
            index /= TileId.WIDTH;
        }
        size++;
    }

    public void flush() {
        changed.forEach(store::write);
        changed.clear();
    }

    public Hash root() {
        return MerkleTree.root(this, size);
    }

    public List<Hash> inclusionProof(long index) {
        return MerkleTree.inclusionProof(this, index, size);
    }

    public List<Hash> consistencyProof(long earlier) {
        return MerkleTree.consistencyProof(this, earlier, size);
    }

    @Override
    public Hash node(int level, long index) {
        int within = level % LEVELS_PER_TILE;
        long first = index << within;
        byte[] tile = tile(new TileId(level / LEVELS_PER_TILE, first / TileId.WIDTH));
        int start = (int) (first % TileId.WIDTH);
        int count = 1 << within;
        if (tile.length < (start + count) * Hash.LENGTH) {
            throw new IllegalStateException(
                    "the log has no node " + index + " at level " + level + ": tile too short");
        }
        return node(tile, start, count);
    }

    private byte[] put(TileId id, int slot, Hash hash) {
        byte[] tile = changed.get(id);
        if (tile == null) {
            tile = store.read(id);
        }
        if (tile.length < slot * Hash.LENGTH) {
            throw new IllegalStateException(
                    id.path(TileId.WIDTH)
                            + ": expected "
                            + slot
                            + " hashes, found "
                            + tile.length / Hash.LENGTH);
        }
        byte[] grown = Arrays.copyOf(tile, (slot + 1) * Hash.LENGTH);
        hash.copyTo(grown, slot * Hash.LENGTH);
        changed.put(id, grown);
        return grown;
    }

    private byte[] tile(TileId id) {
        byte[] tile = changed.get(id);
        return tile != null ? tile : store.read(id);
    }

    private static Hash node(byte[] tile, int start, int count) {
        return count == 1
                ? Hash.copyOf(tile, start * Hash.LENGTH)
                : MerkleTree.nodeHash(
                        node(tile, start, count / 2), node(tile, start + count / 2, count / 2));
    }
}
