package org.idlefleet.ledger.proof;

/** Where tiles are kept. A tile only grows: what was written first stays as it was. */
public interface TileStore {
    /**
     * The hashes of a tile, 32 bytes each, as many as were written; empty if it was never written.
     */
    byte[] read(TileId tile);

    void write(TileId tile, byte[] hashes);
}
