package org.idlefleet.ledger.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

class MerkleTreeTest {
    private static final int SIZES = 1_000;

    /** The eight leaves and roots that Certificate Transparency's own tests use. */
    private static final List<String> LEAVES =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS =
            List.of(
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void givesTheRootsOfCertificateTransparency() {
        var log = new TileLog(new MemoryTiles(), 0);
        assertThat(HexFormat.of().formatHex(log.root().bytes()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int i = 0; i < LEAVES.size(); i++) {
            log.append(MerkleTree.leafHash(HexFormat.of().parseHex(LEAVES.get(i))));
            assertThat(HexFormat.of().formatHex(log.root().bytes())).isEqualTo(ROOTS.get(i));
        }
    }

    @Test
    void everyInclusionProofOfEverySizeHolds() {
        List<Hash> leaves = leaves(SIZES);
        MerkleTree.Nodes log = remembered(log(leaves));
        for (int size = 1; size <= SIZES; size++) {
            Hash root = naiveRoot(leaves.subList(0, size));
            for (int index = 0; index < size; index++) {
                List<Hash> proof = MerkleTree.inclusionProof(log, index, size);
                if (!MerkleProof.includes(root, size, leaves.get(index), index, proof)
                        || proof.size() > 64 - Long.numberOfLeadingZeros(size - 1)) {
                    throw new AssertionError("leaf " + index + " of " + size);
                }
            }
        }
    }

    @Test
    void everyConsistencyProofOfEveryTwoSizesHolds() {
        List<Hash> leaves = leaves(SIZES);
        MerkleTree.Nodes log = remembered(log(leaves));
        List<Hash> roots = new ArrayList<>();
        for (int size = 0; size <= SIZES; size++) {
            roots.add(naiveRoot(leaves.subList(0, size)));
        }
        for (int size = 0; size <= SIZES; size++) {
            for (int earlier = 0; earlier <= size; earlier++) {
                List<Hash> proof = MerkleTree.consistencyProof(log, earlier, size);
                if (!MerkleProof.extendsTree(
                        roots.get(earlier), earlier, roots.get(size), size, proof)) {
                    throw new AssertionError(earlier + " to " + size);
                }
            }
        }
    }

    @Test
    void whateverIsChangedInAProofIsRejected() {
        List<Hash> leaves = leaves(SIZES);
        TileLog log = log(leaves);
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            int size = 2 + random.nextInt(SIZES - 1);
            int index = random.nextInt(size);
            Hash root = MerkleTree.root(log, size);
            List<Hash> proof = new ArrayList<>(MerkleTree.inclusionProof(log, index, size));
            boolean holds =
                    switch (random.nextInt(5)) {
                        case 0 ->
                                MerkleProof.includes(
                                        root,
                                        size,
                                        flipped(leaves.get(index), random),
                                        index,
                                        proof);
                        case 1 ->
                                MerkleProof.includes(
                                        flipped(root, random),
                                        size,
                                        leaves.get(index),
                                        index,
                                        proof);
                        case 2 ->
                                MerkleProof.includes(
                                        root,
                                        size,
                                        leaves.get(index),
                                        (index + 1 + random.nextInt(size - 1)) % size,
                                        proof);
                        case 3 ->
                                MerkleProof.includes(
                                        root,
                                        size,
                                        leaves.get(index),
                                        index,
                                        damaged(proof, random));
                        default -> {
                            int earlier = 1 + random.nextInt(size - 1);
                            yield MerkleProof.extendsTree(
                                    flipped(MerkleTree.root(log, earlier), random),
                                    earlier,
                                    root,
                                    size,
                                    MerkleTree.consistencyProof(log, earlier, size));
                        }
                    };
            assertThat(holds).isFalse();
            int earlier = 1 + random.nextInt(size - 1);
            assertThat(
                            MerkleProof.extendsTree(
                                    MerkleTree.root(log, earlier),
                                    earlier,
                                    root,
                                    size,
                                    damaged(
                                            MerkleTree.consistencyProof(log, earlier, size),
                                            random)))
                    .isFalse();
        }
    }

    @Test
    void aNodeCannotPassForALeaf() {
        List<Hash> leaves = leaves(2);
        byte[] both = new byte[64];
        leaves.get(0).copyTo(both, 0);
        leaves.get(1).copyTo(both, 32);

        assertThat(MerkleTree.leafHash(both))
                .isNotEqualTo(MerkleTree.nodeHash(leaves.get(0), leaves.get(1)));
    }

    @Test
    void tilesAreFullOrGrowAndAreFoundUnderTheirPaths() {
        var tiles = new MemoryTiles();
        var log = new TileLog(tiles, 0);
        leaves(70_000).forEach(log::append);
        log.flush();

        assertThat(tiles.read(new TileId(0, 272))).hasSize(256 * 32);
        assertThat(tiles.read(new TileId(0, 273))).hasSize((70_000 - 273 * 256) * 32);
        assertThat(tiles.read(new TileId(1, 1))).hasSize((273 - 256) * 32);
        assertThat(tiles.read(new TileId(2, 0))).hasSize(32);
        assertThat(new TileId(0, 273).path(112)).isEqualTo("tile/0/273.p/112");
        assertThat(new TileId(1, 1_234_067).path(256)).isEqualTo("tile/1/x001/x234/067");
    }

    @Test
    void aLogContinuesFromItsTiles() {
        var tiles = new MemoryTiles();
        List<Hash> leaves = leaves(1_000);
        var random = new Random(3);
        int at = 0;
        while (at < leaves.size()) {
            var log = new TileLog(tiles, at);
            int end = Math.min(leaves.size(), at + 1 + random.nextInt(100));
            leaves.subList(at, end).forEach(log::append);
            log.flush();
            at = end;
            assertThat(log.root()).isEqualTo(naiveRoot(leaves.subList(0, at)));
        }
    }

    private static List<Hash> damaged(List<Hash> proof, Random random) {
        var damaged = new ArrayList<>(proof);
        int kind = damaged.isEmpty() ? 1 : random.nextInt(3);
        if (kind == 0) {
            damaged.remove(random.nextInt(damaged.size()));
        } else if (kind == 1) {
            damaged.add(random.nextInt(damaged.size() + 1), MerkleTree.EMPTY_ROOT);
        } else {
            int at = random.nextInt(damaged.size());
            damaged.set(at, flipped(damaged.get(at), random));
        }
        return damaged;
    }

    private static Hash flipped(Hash hash, Random random) {
        byte[] bytes = hash.bytes();
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return Hash.copyOf(bytes, 0);
    }

    /** MTH of RFC 6962 §2.1, word for word. */
    private static Hash naiveRoot(List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return Hash.of();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = 1;
        while (k * 2 < leaves.size()) {
            k *= 2;
        }
        return Hash.of(
                new byte[] {1},
                naiveRoot(leaves.subList(0, k)).bytes(),
                naiveRoot(leaves.subList(k, leaves.size())).bytes());
    }

    private static List<Hash> leaves(int count) {
        var leaves = new ArrayList<Hash>(count);
        for (int i = 0; i < count; i++) {
            leaves.add(MerkleTree.leafHash(("leaf " + i).getBytes(StandardCharsets.UTF_8)));
        }
        return leaves;
    }

    private static TileLog log(List<Hash> leaves) {
        var log = new TileLog(new MemoryTiles(), 0);
        leaves.forEach(log::append);
        return log;
    }

    /** The same nodes, each computed once. */
    private static MerkleTree.Nodes remembered(TileLog log) {
        var nodes = new HashMap<Long, Hash>();
        return (level, index) ->
                nodes.computeIfAbsent((index << 8) | level, _ -> log.node(level, index));
    }
}
