package org.idlefleet.ledger.proof;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The arithmetic of RFC 6962 trees: hashes, roots, and proofs made from stored nodes.
 *
 * <p>Leaves and nodes are hashed with different first bytes, so that none can pass for the other.
 */
public final class MerkleTree {
    /** The root of a tree without leaves. */
    public static final Hash EMPTY_ROOT = Hash.of();

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private MerkleTree() {}

    /**
     * Where stored hashes come from: the root of the perfect subtree of 2^level leaves at {@code
     * index}.
     */
    @FunctionalInterface
    public interface Nodes {
        Hash node(int level, long index);
    }

    public static Hash leafHash(byte[] entry) {
        MessageDigest digest = Hash.newDigest();
        digest.update(LEAF);
        digest.update(entry);
        return Hash.finish(digest);
    }

    public static Hash nodeHash(Hash left, Hash right) {
        MessageDigest digest = Hash.newDigest();
        digest.update(NODE);
        left.update(digest);
        right.update(digest);
        return Hash.finish(digest);
    }

    /** The root of the first {@code size} leaves. */
    public static Hash root(Nodes nodes, long size) {
        return size == 0 ? EMPTY_ROOT : subtree(nodes, 0, size);
    }

    /**
     * The hashes that lead from leaf {@code index} to the root of the first {@code size} leaves.
     */
    public static List<Hash> inclusionProof(Nodes nodes, long index, long size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException(
                    "expected a leaf below " + size + ", found " + index);
        }
        var proof = new ArrayList<Hash>();
        long first = 0;
        long end = size;
        while (end - first > 1) {
            long middle = first + split(end - first);
            if (index < middle) {
                proof.add(subtree(nodes, middle, end));
                end = middle;
            } else {
                proof.add(subtree(nodes, first, middle));
                first = middle;
            }
        }
        return List.copyOf(proof.reversed());
    }

    /**
     * The hashes that show that the tree of {@code size} leaves begins with the tree of {@code
     * earlier} leaves.
     */
    public static List<Hash> consistencyProof(Nodes nodes, long earlier, long size) {
        if (earlier < 0 || earlier > size) {
            throw new IllegalArgumentException(
                    "expected an earlier size up to " + size + ", found " + earlier);
        }
        if (earlier == 0 || earlier == size) {
            return List.of();
        }
        var proof = new ArrayList<Hash>();
        long first = 0;
        long end = size;
        boolean wholeTree = true;
        while (earlier != end) {
            long middle = first + split(end - first);
            if (earlier <= middle) {
                proof.add(subtree(nodes, middle, end));
                end = middle;
            } else {
                proof.add(subtree(nodes, first, middle));
                first = middle;
                wholeTree = false;
            }
        }
        if (!wholeTree) {
            proof.add(subtree(nodes, first, end));
        }
        return List.copyOf(proof.reversed());
    }

    private static Hash subtree(Nodes nodes, long first, long end) {
        long size = end - first;
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return nodes.node(level, first >>> level);
        }
        long middle = first + split(size);
        return nodeHash(subtree(nodes, first, middle), subtree(nodes, middle, end));
    }

    /** The largest power of two smaller than {@code size}. */
    private static long split(long size) {
        return Long.highestOneBit(size - 1);
    }
}
