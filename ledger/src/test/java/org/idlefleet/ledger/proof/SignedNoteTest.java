package org.idlefleet.ledger.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class SignedNoteTest {
    private static final Signatures SIGNATURES = Ed25519.signatures();
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final NoteSigner log = Ed25519.signer("ledger.example.org", new byte[32]);

    /** The example of the Go checksum database's note format. */
    @Test
    void readsANoteThatOthersSigned() {
        NoteKey key =
                NoteKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        SignedNote note =
                SignedNote.parse(
                        "If you think cryptography is the answer to your problem,\n"
                            + "then you don't know what your problem is.\n\n"
                            + "\u2014 PeterNeumann"
                            + " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");

        assertThat(note.isSignedBy(key, SIGNATURES)).isTrue();
        assertThat(note.isSignedBy(log.key(), SIGNATURES)).isFalse();
    }

    @Test
    void isReadAsWrittenAndKeepsStrangersSignatures() {
        NoteSigner witness = Ed25519.witness("witness.example.net", Ed25519.newSeed());
        NoteSigner stranger = Ed25519.signer("stranger", Ed25519.newSeed());
        SignedNote note =
                SignedNote.of(checkpoint(7).text(), log)
                        .signedBy(stranger)
                        .cosignedBy(witness, NOON);

        SignedNote read = SignedNote.parse(note.toString());

        assertThat(read).isEqualTo(note);
        assertThat(read.isSignedBy(log.key(), SIGNATURES)).isTrue();
        assertThat(read.isSignedBy(witness.key(), SIGNATURES)).isTrue();
        assertThat(NoteKey.parse(witness.key().toString())).isEqualTo(witness.key());
        assertThat(Checkpoint.parse(read.text())).isEqualTo(checkpoint(7));
    }

    @Test
    void aFlippedBitAnywhereLosesTheSignature() {
        String note = SignedNote.of(checkpoint(7).text(), log).toString();
        var random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            var changed = new StringBuilder(note);
            int at = random.nextInt(note.length());
            changed.setCharAt(at, (char) (note.charAt(at) ^ (1 << random.nextInt(7))));
            boolean signed;
            try {
                signed = SignedNote.parse(changed.toString()).isSignedBy(log.key(), SIGNATURES);
            } catch (IllegalArgumentException refused) {
                signed = false;
            }
            assertThat(signed).as(changed.toString()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "text",
                "text\n",
                "text\n\n",
                "text\n\nx y\n",
                "text\n\n\u2014 name\n",
                "a\n\nb\n\n\u2014 n x\n"
            })
    void refusesWhatIsNoNote(String text) {
        assertThatThrownBy(() -> SignedNote.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o\n1\nAAAA\ntime 2026-11-22T12:00:00Z\n",
                "o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 2026-11-22T12:00:00Z\n",
                "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 2026-11-22T12:00:00Z\n",
                "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime noon\n",
                "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
            })
    void refusesWhatIsNoCheckpoint(String text) {
        assertThatThrownBy(() -> Checkpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWitnessSignsOneHistoryOnly() {
        TileLog honest = log("a", 10);
        TileLog forked = log("b", 10);
        var witness =
                new Witness(
                        "ledger.example.org",
                        log.key(),
                        Ed25519.witness("w", Ed25519.newSeed()),
                        SIGNATURES,
                        Optional.empty());

        assertThat(witness.look(note(honest, 4), List.of(), NOON))
                .isInstanceOf(Witness.Opinion.Cosigned.class);
        assertThat(witness.look(note(forked, 4), List.of(), NOON))
                .isInstanceOf(Witness.Opinion.Forked.class);
        assertThat(witness.look(note(forked, 9), MerkleTree.consistencyProof(forked, 4, 9), NOON))
                .isInstanceOf(Witness.Opinion.Refused.class);
        assertThat(witness.look(note(honest, 3), List.of(), NOON))
                .isInstanceOf(Witness.Opinion.Refused.class);
        assertThat(witness.look(note(honest, 9), List.of(), NOON))
                .isInstanceOf(Witness.Opinion.Refused.class);
        assertThat(witness.look(note(honest, 9), MerkleTree.consistencyProof(honest, 4, 9), NOON))
                .isInstanceOf(Witness.Opinion.Cosigned.class);
        assertThat(witness.size()).isEqualTo(9);
        SignedNote unsigned =
                SignedNote.of(checkpoint(10).text(), Ed25519.signer("x", Ed25519.newSeed()));
        assertThat(witness.look(unsigned, List.of(), NOON))
                .isInstanceOf(Witness.Opinion.Refused.class);
    }

    private SignedNote note(TileLog tiles, long size) {
        return SignedNote.of(
                new Checkpoint("ledger.example.org", size, MerkleTree.root(tiles, size), NOON)
                        .text(),
                log);
    }

    private static TileLog log(String salt, int size) {
        var tiles = new TileLog(new MemoryTiles(), 0);
        for (int i = 0; i < size; i++) {
            tiles.append(MerkleTree.leafHash((salt + i).getBytes(StandardCharsets.UTF_8)));
        }
        return tiles;
    }

    private static Checkpoint checkpoint(long size) {
        return new Checkpoint("ledger.example.org", size, MerkleTree.EMPTY_ROOT, NOON);
    }
}
