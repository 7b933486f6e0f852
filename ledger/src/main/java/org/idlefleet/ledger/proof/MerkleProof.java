package org.idlefleet.ledger.proof;

import java.util.Iterator;
import java.util.List;

/**
 * The checks of RFC 9162 §2.1.3.2 and §2.1.4.2: whether a proof shows what it claims. Trusts
 * nothing it is given.
 */
public final class MerkleProof {
    /** No honest proof is longer: a tree has fewer than 2^63 leaves. */
    public static final int LENGTH_MAX = 64;

    private MerkleProof() {}

    /** Whether the leaf is number {@code index} of the {@code size} leaves under the root. */
    public static boolean includes(Hash root, long size, Hash leaf, long index, List<Hash> proof) {
        if (index < 0 || index >= size || proof.size() > LENGTH_MAX) {
            return false;
        }
        long at = index;
        long last = size - 1;
        Hash hash = leaf;
        for (Hash sibling : proof) {
            if (last == 0) {
                return false;
            }
            if ((at & 1) == 1 || at == last) {
                hash = MerkleTree.nodeHash(sibling, hash);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = MerkleTree.nodeHash(hash, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /**
     * Whether the tree of {@code size} leaves under {@code root} begins with the tree of {@code
     * earlierSize}.
     */
    public static boolean extendsTree(
            Hash earlierRoot, long earlierSize, Hash root, long size, List<Hash> proof) {
        if (earlierSize < 0 || earlierSize > size || proof.size() > LENGTH_MAX) {
            return false;
        }
        if (earlierSize == size) {
            return proof.isEmpty() && earlierRoot.equals(root);
        }
        if (earlierSize == 0) {
            return proof.isEmpty() && earlierRoot.equals(MerkleTree.EMPTY_ROOT);
        }
        return climb(earlierRoot, earlierSize, root, size, proof);
    }

    private static boolean climb(
            Hash earlierRoot, long earlierSize, Hash root, long size, List<Hash> proof) {
        long at = earlierSize - 1;
        long last = size - 1;
        while ((at & 1) == 1) {
            at >>>= 1;
            last >>>= 1;
        }
        Iterator<Hash> hashes = proof.iterator();
        // A power of two: the earlier root itself is the first node, and is not repeated in the
        // proof.
        boolean perfect = Long.bitCount(earlierSize) == 1;
        if (!perfect && !hashes.hasNext()) {
            return false;
        }
        Hash earlier = perfect ? earlierRoot : hashes.next();
        Hash now = earlier;
        while (hashes.hasNext()) {
            if (last == 0) {
                return false;
            }
            Hash sibling = hashes.next();
            if ((at & 1) == 1 || at == last) {
                earlier = MerkleTree.nodeHash(sibling, earlier);
                now = MerkleTree.nodeHash(sibling, now);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                now = MerkleTree.nodeHash(now, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && earlier.equals(earlierRoot) && now.equals(root);
    }
}
