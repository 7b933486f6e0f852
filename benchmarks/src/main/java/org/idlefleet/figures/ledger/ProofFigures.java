package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.proof.Entry;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.MerkleProof;
import org.idlefleet.ledger.proof.MerkleTree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** How large a proof is, and how long it takes to check, in a log of a thousand million entries. */
final class ProofFigures {
    private static final long LEAVES = 1_000_000_000;

    private final Figures figures;

    ProofFigures(Figures figures) {
        this.figures = figures;
    }

    /** One entry in the log that is told from all others, which are alike: no leaf is stored. */
    private static final class SparseTree implements MerkleTree.Nodes {
        private static final Hash[] ALIKE = alike();

        private final long index;
        private final Hash leaf;

        SparseTree(long index, Hash leaf) {
            this.index = index;
            this.leaf = leaf;
        }

        @Override
        public Hash node(int level, long number) {
            if (index >>> level != number) {
                return ALIKE[level];
            }
            return level == 0
                    ? leaf
                    : MerkleTree.nodeHash(
                            node(level - 1, 2 * number), node(level - 1, 2 * number + 1));
        }

        private static Hash[] alike() {
            var hashes = new Hash[Long.SIZE];
            hashes[0] = MerkleTree.leafHash("another".getBytes(StandardCharsets.US_ASCII));
            for (int level = 1; level < hashes.length; level++) {
                hashes[level] = MerkleTree.nodeHash(hashes[level - 1], hashes[level - 1]);
            }
            return hashes;
        }
    }

    /** All that a holder needs to check one entry, the root apart. */
    private record Proven(Entry entry, Hash root, List<Hash> proof) {
        boolean holds() {
            return MerkleProof.includes(root, LEAVES, entry.leaf(), entry.sequence() - 1, proof);
        }
    }

    void run(boolean quick) {
        var random = new SplittableRandom(1);
        var proven = new ArrayList<Proven>();
        int longest = 0;
        for (int i = 0; i < (quick ? 200 : 10_000); i++) {
            long index = random.nextLong(LEAVES);
            Entry entry = entry(index + 1);
            var tree = new SparseTree(index, entry.leaf());
            List<Hash> proof = MerkleTree.inclusionProof(tree, index, LEAVES);
            proven.add(new Proven(entry, MerkleTree.root(tree, LEAVES), proof));
            longest = Math.max(longest, proof.size());
        }
        double micros = Double.MAX_VALUE;
        for (int pass = 0; pass < 3; pass++) {
            long start = System.nanoTime();
            long held = proven.stream().filter(Proven::holds).count();
            micros = Math.min(micros, (System.nanoTime() - start) / 1e3 / proven.size());
            if (held != proven.size()) {
                throw new IllegalStateException(
                        proven.size() - held + " of " + proven.size() + " proofs do not hold");
            }
        }
        figures.note(
                proven.size()
                        + " entries at random places of a log of "
                        + LEAVES
                        + ", the others alike");
        figures.atMost("ledger.proof-bytes", longest * (double) Hash.LENGTH, "bytes", 1_100);
        figures.atMost("ledger.proof-verify", micros / 1e3, "ms", 1);
    }

    private static Entry entry(long sequence) {
        Hash commitment = MerkleTree.leafHash(new byte[] {(byte) sequence});
        return new Entry(
                sequence,
                TransactionId.settle("job-" + sequence / 100, Long.toString(sequence % 100)),
                1_795_375_900_000L,
                1,
                List.of(commitment, commitment, commitment, commitment));
    }
}
