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
    private final Map<TileId, Growing> changed = new TreeMap<>();
    private long size;

    /** A tile with room for all its hashes, so that one more is not a copy of all before it. */
    private static final class Growing {
        private final byte[] bytes = new byte[TileId.WIDTH * Hash.LENGTH];
        private int hashes;

        Growing(byte[] known) {
            System.arraycopy(known, 0, bytes, 0, known.length);
            hashes = known.length / Hash.LENGTH;
        }

        byte[] known() {
            return Arrays.copyOf(bytes, hashes * Hash.LENGTH);
        }
    }

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
        changed.forEach((id, tile) -> store.write(id, tile.known()));
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

    /** Returns all of the tile, with what is not known yet at its end. */
    private byte[] put(TileId id, int slot, Hash hash) {
        Growing tile = changed.computeIfAbsent(id, known -> new Growing(store.read(known)));
        if (tile.hashes < slot) {
            throw new IllegalStateException(
                    id.path(TileId.WIDTH) + ": expected " + slot + " hashes, found " + tile.hashes);
        }
        hash.copyTo(tile.bytes, slot * Hash.LENGTH);
        tile.hashes = slot + 1;
        return tile.bytes;
    }

    private byte[] tile(TileId id) {
        Growing tile = changed.get(id);
        return tile == null ? store.read(id) : tile.known();
    }

    private static Hash node(byte[] tile, int start, int count) {
        return count == 1
                ? Hash.copyOf(tile, start * Hash.LENGTH)
                : MerkleTree.nodeHash(
                        node(tile, start, count / 2), node(tile, start + count / 2, count / 2));
    }
}
