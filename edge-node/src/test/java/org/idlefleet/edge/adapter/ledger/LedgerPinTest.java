package org.idlefleet.edge.adapter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.Signal;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.MemoryTiles;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.TileLog;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class LedgerPinTest {
    private static final NoteSigner SIGNER = Ed25519.signer("fleet", new byte[32]);

    @TempDir Path directory;

    /** A log whose entries from {@code fork} on are others. */
    private static TileLog log(int size, int fork) {
        var log = new TileLog(new MemoryTiles(), 0);
        for (int i = 0; i < size; i++) {
            log.append(MerkleTree.leafHash(new byte[] {(byte) i, (byte) (i < fork ? 0 : 1)}));
        }
        return log;
    }

    private static CoordinatorMessage.Checkpoint offer(
            TileLog log, long from, int second, NoteSigner signer) {
        var checkpoint =
                new Checkpoint("fleet", log.size(), log.root(), Instant.ofEpochSecond(second));
        List<Hash> proof =
                from == 0 ? List.of() : MerkleTree.consistencyProof(log, from, log.size());
        return new CoordinatorMessage.Checkpoint(
                SignedNote.of(checkpoint.text(), signer).toString(),
                signer.key().toString(),
                from,
                proof.stream().map(hash -> Digest.ofRaw(hash.bytes())).toList());
    }

    private static CoordinatorMessage.Checkpoint honest(int size, long from) {
        return offer(log(size, size), from, size, SIGNER);
    }

    private static Optional<Signal> pinned(long size) {
        return Optional.of(new Signal.LedgerPinned(size));
    }

    private void breaksWith(CoordinatorMessage.Checkpoint offered, String why) throws Exception {
        var pin = new LedgerPin(directory);
        String before = Files.readString(directory.resolve("checkpoint"));
        assertThat(pin.take(offered))
                .get()
                .isInstanceOfSatisfying(
                        Signal.LedgerBroken.class,
                        broken -> assertThat(broken.reason()).contains(why));
        assertThat(directory.resolve("checkpoint")).hasContent(before);
        assertThat(directory.resolve("refused")).hasContent(offered.text());
        // Neither an honest checkpoint nor a restart makes it forget.
        assertThat(pin.take(honest(9, 5))).get().isInstanceOf(Signal.LedgerBroken.class);
        assertThat(new LedgerPin(directory).known()).get().isInstanceOf(Signal.LedgerBroken.class);
        assertThat(pin.forget()).isTrue();
        assertThat(pin.take(honest(5, 0))).isEqualTo(pinned(5));
    }

    @Test
    void followsAHonestLogOfEverySizeAndRemembersIt() {
        assertThat(new LedgerPin(directory).known()).isEmpty();
        int at = 0;
        var random = new Random(5);
        for (int size = 0; size < 70; size += random.nextInt(5)) {
            assertThat(new LedgerPin(directory).take(honest(size, at))).isEqualTo(pinned(size));
            at = size;
        }
        assertThat(new LedgerPin(directory).known()).isEqualTo(pinned(at));
    }

    @Test
    void refusesEveryOtherHistory() throws Exception {
        new LedgerPin(directory).take(honest(5, 0));
        breaksWith(offer(log(5, 4), 0, 6, SIGNER), "two histories of 5 entries");
        breaksWith(offer(log(9, 4), 5, 9, SIGNER), "size 9 is not proven to continue size 5");
        breaksWith(offer(log(3, 3), 0, 6, SIGNER), "it had 5 entries, now it has 3");
        NoteSigner other = Ed25519.signer("fleet", Ed25519.newSeed());
        breaksWith(offer(log(9, 9), 5, 9, other), "before by " + SIGNER.key());
        var honest = honest(9, 5);
        breaksWith(
                new CoordinatorMessage.Checkpoint(
                        honest.text().replace("\n9\n", "\n8\n"),
                        honest.key(),
                        honest.from(),
                        honest.proof()),
                "not signed by");
        breaksWith(
                new CoordinatorMessage.Checkpoint("x", honest.key(), 5, honest.proof()),
                "the coordinator sent no checkpoint");
        breaksWith(
                new CoordinatorMessage.Checkpoint(
                        honest.text(), honest.key(), 5, honest.proof().reversed()),
                "not proven");
    }

    @Test
    void isNotAlarmedByWhatWasOnlyLate() {
        var pin = new LedgerPin(directory);
        assertThat(pin.take(honest(5, 0))).isEqualTo(pinned(5));
        assertThat(pin.take(honest(9, 5))).isEqualTo(pinned(9));
        assertThat(pin.take(honest(5, 0))).isEmpty();
        assertThat(pin.take(honest(12, 5))).isEmpty();
        assertThat(pin.take(new CoordinatorMessage.Checkpoint("old", "", 0, List.of()))).isEmpty();
        assertThat(pin.take(honest(9, 0))).isEqualTo(pinned(9));
        assertThat(pin.known()).isEqualTo(pinned(9));
    }
}
