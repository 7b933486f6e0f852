package org.idlefleet.ledger.proof;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One owner's {@link Receipts} under a signature that stands under those of many owners at once: a
 * signature costs a hundred times what a hash costs, so the coordinator signs the root of a Merkle
 * tree (RFC 6962) whose leaves are the lists.
 *
 * @param index which leaf this list is
 * @param proof from the leaf to the signed root
 * @param head how many lists there are and their root, signed by the ledger's key
 */
public record SignedReceipts(Receipts receipts, long index, List<Hash> proof, SignedNote head) {
    private static final String KIND = "idlefleet ledger receipts head v1";
    private static final int HEAD_LINES_MAX = 10;

    public SignedReceipts {
        proof = List.copyOf(proof);
    }

    /** All lists under one signature, in their order. */
    public static List<SignedReceipts> sign(List<Receipts> lists, NoteSigner signer) {
        MerkleTree.Nodes tree = tree(lists.stream().map(SignedReceipts::leaf).toList());
        int size = lists.size();
        SignedNote head =
                SignedNote.of(
                        KIND + "\nlists " + size + "\nroot " + MerkleTree.root(tree, size) + "\n",
                        signer);
        var signed = new ArrayList<SignedReceipts>(size);
        for (int i = 0; i < size; i++) {
            signed.add(
                    new SignedReceipts(
                            lists.get(i), i, MerkleTree.inclusionProof(tree, i, size), head));
        }
        return signed;
    }

    /** Every perfect subtree's root, made once. */
    private static MerkleTree.Nodes tree(List<Hash> leaves) {
        var levels = new ArrayList<List<Hash>>();
        for (List<Hash> level = leaves; !level.isEmpty(); level = levelAbove(level)) {
            levels.add(level);
        }
        return (level, index) -> levels.get(level).get((int) index);
    }

    private static List<Hash> levelAbove(List<Hash> level) {
        var above = new ArrayList<Hash>(level.size() / 2);
        for (int i = 0; i + 1 < level.size(); i += 2) {
            above.add(MerkleTree.nodeHash(level.get(i), level.get(i + 1)));
        }
        return above;
    }

    /** Whether the ledger with this key promised it. */
    public boolean isSignedBy(NoteKey log, Signatures check) {
        if (!head.isSignedBy(log, check)) {
            return false;
        }
        try {
            var lines = new Lines(head.text());
            lines.expect(KIND);
            int count = lines.count("lists", Integer.MAX_VALUE);
            Hash root = Hash.parse(lines.next("root"));
            return !lines.hasNext()
                    && MerkleProof.includes(root, count, leaf(receipts), index, proof);
        } catch (IllegalArgumentException noHead) {
            return false;
        }
    }

    /** As {@link #parse} reads it; several may stand one after the other. */
    public String text() {
        String note = head.toString();
        var text = new StringBuilder(receipts.text()).append("index ").append(index);
        text.append("\nproof ").append(proof.size()).append('\n');
        proof.forEach(hash -> text.append(hash).append('\n'));
        return text.append("head ")
                .append(note.lines().count())
                .append('\n')
                .append(note)
                .toString();
    }

    /** Every list in the text, in order; at least one. */
    public static List<SignedReceipts> parse(String text) {
        var lines = new Lines(text);
        var all = new ArrayList<SignedReceipts>();
        do {
            Receipts receipts = Receipts.read(lines);
            long index = lines.count("index", Integer.MAX_VALUE);
            List<Hash> proof = lines.hashes(lines.count("proof", MerkleProof.LENGTH_MAX));
            all.add(
                    new SignedReceipts(
                            receipts,
                            index,
                            proof,
                            SignedNote.parse(lines.block(lines.count("head", HEAD_LINES_MAX)))));
        } while (lines.hasNext());
        return all;
    }

    private static Hash leaf(Receipts receipts) {
        return MerkleTree.leafHash(receipts.text().getBytes(StandardCharsets.US_ASCII));
    }
}
