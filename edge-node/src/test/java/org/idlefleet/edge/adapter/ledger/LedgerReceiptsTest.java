package org.idlefleet.edge.adapter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.Signal;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.proof.Chains;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.Line;
import org.idlefleet.ledger.proof.MemoryTiles;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.TileLog;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeMessage.AskEntries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A coordinator with its ledger's key in hand, honest or not, and ann's node. */
class LedgerReceiptsTest {
    private static final NoteSigner SIGNER = Ed25519.signer("fleet", new byte[32]);
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant DUE = NOON.plusSeconds(60);

    private final Path directory;
    private final TileLog log = new TileLog(new MemoryTiles(), 0);
    private final Chains chains = new Chains(new byte[Chains.SECRET_LENGTH]);
    private final List<Chains.Sealed> ledger = new ArrayList<>();
    private Instant now = NOON;
    private long pinned;
    private LedgerReceipts receipts;

    LedgerReceiptsTest(@TempDir Path directory) {
        this.directory = directory;
        receipts = restarted();
    }

    @BeforeEach
    void pinsAnEmptyLedger() {
        book("fund", "bob", 1);
        publish();
    }

    private LedgerReceipts restarted() {
        return new LedgerReceipts(directory, "ann", () -> now);
    }

    private void book(String shard, String owner, long amount) {
        var payment =
                new Transaction(
                        TransactionId.settle("9", shard),
                        List.of(
                                new Posting(AccountId.ISSUED, new Money(-amount)),
                                new Posting(AccountId.escrow(owner), new Money(amount))));
        Chains.Sealed sealed = chains.seal(ledger.size() + 1, payment, 0);
        ledger.add(sealed);
        log.append(sealed.entry().leaf());
    }

    /** The node pins what there is. */
    private void publish() {
        now = now.plusSeconds(1);
        var checkpoint = new Checkpoint("fleet", log.size(), log.root(), now);
        assertThat(
                        new LedgerPin(directory)
                                .take(
                                        new CoordinatorMessage.Checkpoint(
                                                SignedNote.of(checkpoint.text(), SIGNER).toString(),
                                                SIGNER.key().toString(),
                                                pinned,
                                                MerkleTree.consistencyProof(log, pinned, log.size())
                                                        .stream()
                                                        .map(hash -> Digest.ofRaw(hash.bytes()))
                                                        .toList())))
                .contains(new Signal.LedgerPinned(log.size()));
        pinned = log.size();
        receipts.pinned();
    }

    private static CoordinatorMessage.Receipts promise(
            NoteSigner signer, String owner, int... shards) {
        List<Receipt> all =
                IntStream.of(shards)
                        .mapToObj(shard ->
                                new Receipt(
                                        TransactionId.settle("9", Integer.toString(shard)),
                                        new Money(shard),
                                        MerkleTree.EMPTY_ROOT))
                        .toList();
        List<Receipts> lists =
                List.of(new Receipts("eve", DUE, all), new Receipts(owner, DUE, all));
        return new CoordinatorMessage.Receipts(SignedReceipts.sign(lists, signer).getLast().text());
    }

    /** All entries, proven by what is pinned. */
    private Optional<Signal> prove() {
        return prove(_ -> true);
    }

    private Optional<Signal> prove(Set<String> payments) {
        return prove(payments::contains);
    }

    private Optional<Signal> prove(Predicate<String> payments) {
        var items = new ArrayList<String>();
        for (Chains.Sealed sealed : ledger) {
            if (!payments.test(sealed.entry().name())) {
                continue;
            }
            List<Line> own =
                    sealed.lines().stream()
                            .filter(line -> line.holder().equals("owner:ann"))
                            .toList();
            long index = sealed.entry().sequence() - 1;
            items.add(
                    new Export.Item(
                                    sealed.entry(),
                                    own,
                                    MerkleTree.inclusionProof(log, index, pinned))
                            .text());
        }
        return receipts.check(new CoordinatorMessage.Entries(pinned, items));
    }

    private static EdgeView.Receipts counts(Optional<Signal> said) {
        return ((Signal.ReceiptsHeld) said.orElseThrow()).counts();
    }

    /** Kept, open, overdue, broken. */
    private static List<Long> figures(Optional<Signal> said) {
        EdgeView.Receipts counts = counts(said);
        return List.of(counts.kept(), counts.open(), counts.overdue(), counts.broken());
    }

    private static List<String> asked(Optional<Signal> said) {
        return ((Signal.ReceiptsHeld) said.orElseThrow()).ask();
    }

    @Test
    void keepsWhatIsOwedUntilItIsProvenAlsoOverARestart() throws IOException {
        assertThat(asked(receipts.keep(promise(SIGNER, "ann", 5, 7)))).isEmpty();
        book("5", "ann", 5);
        publish();
        receipts = restarted();
        assertThat(asked(receipts.pinned())).containsExactlyInAnyOrder("settle/9/5", "settle/9/7");
        assertThat(figures(prove())).containsExactly(1L, 1L, 0L, 0L);
        assertThat(LedgerReceipts.kept(directory)).hasSize(1);

        book("7", "ann", 7);
        publish();
        Optional<Signal> said = prove();
        assertThat(figures(said)).containsExactly(2L, 0L, 0L, 0L);
        assertThat(asked(said)).isEmpty();
        assertThat(LedgerReceipts.kept(directory)).isEmpty();
    }

    @Test
    void showsAPaymentThatNeverCame() {
        receipts.keep(promise(SIGNER, "ann", 5));
        now = DUE.plusSeconds(1);
        assertThat(figures(receipts.pinned())).as("no checkpoint").containsExactly(0L, 1L, 1L, 0L);
        publish();
        for (int i = 0; i < 2; i++) {
            Optional<Signal> said = prove();
            assertThat(figures(said)).as("just asked for").containsExactly(0L, 1L, 0L, 0L);
            assertThat(asked(said)).containsExactly("settle/9/5");
            now = now.plusSeconds(180);
            assertThat(figures(prove())).containsExactly(0L, 1L, 1L, 0L);
            receipts = restarted();
            receipts.pinned();
        }
    }

    @RepeatedTest(20)
    void isPatientWithACoordinatorThatProvesWhatItIsAskedFor() {
        int[] shards = IntStream.range(1, 200).toArray();
        receipts.keep(promise(SIGNER, "ann", shards));
        for (int shard : shards) {
            book(Integer.toString(shard), "ann", shard);
        }
        publish();
        now = DUE;
        Optional<Signal> said = receipts.pinned();
        for (int beat = 0; beat < 10; beat++) {
            now = now.plusSeconds(30);
            assertThat(asked(said)).hasSize(AskEntries.ASKED_MAX).doesNotHaveDuplicates();
            said = prove(Set.copyOf(asked(said)));
            assertThat(figures(said))
                    .containsExactly(16L * (beat + 1), 199L - 16L * (beat + 1), 0L, 0L);
        }
        assertThat(asked(receipts.pinned())).as("till it is answered").isEqualTo(asked(said));

        var held = new HashSet<String>(asked(said));
        for (int beat = 0; beat < 17; beat++) {
            now = now.plusSeconds(10);
            said = receipts.pinned();
            assertThat(figures(said)).containsExactly(160L, 39L, 0L, 0L);
            held.addAll(asked(said));
        }
        assertThat(held).as("others are asked for, too").hasSizeGreaterThan(30);
        now = now.plusSeconds(10);
        said = receipts.pinned();
        assertThat(figures(said)).containsExactly(160L, 39L, 16L, 0L);
        assertThat(counts(said).oldest().orElseThrow().payment()).isIn(held);

        now = now.plusSeconds(601);
        said = receipts.pinned();
        assertThat(counts(said).overdue()).as("the link was away").isZero();
        for (int beat = 0; beat < 5; beat++) {
            said = prove(Set.copyOf(asked(said)));
        }
        assertThat(figures(said)).containsExactly(199L, 0L, 0L, 0L);
    }

    @Test
    void provesThatAPaymentCameLate() throws IOException {
        receipts.keep(promise(SIGNER, "ann", 5));
        now = DUE;
        publish();
        receipts = restarted();
        receipts.pinned();
        book("5", "ann", 5);
        publish();
        assertThat(figures(prove())).containsExactly(0L, 0L, 0L, 1L);
        assertThat(LedgerReceipts.broken(directory))
                .singleElement()
                .asString()
                .contains("settle/9/5", "only 1 entries", "it came late");
        assertThat(directory.resolve("due")).isEmptyDirectory();
    }

    @Test
    void provesThatAPaymentIsTooSmallOrWentToAnother() throws IOException {
        receipts.keep(promise(SIGNER, "ann", 5, 7));
        book("5", "ann", 4);
        book("7", "bob", 7);
        publish();
        assertThat(figures(prove())).containsExactly(0L, 0L, 0L, 2L);
        assertThat(LedgerReceipts.broken(directory))
                .anySatisfy(reason -> assertThat(reason).contains("brought 0.000004"))
                .anySatisfy(reason -> assertThat(reason).contains("brought 0.000000"));
    }

    @Test
    void saysWhatIsDueFirstAndHowThePromiseBrokenLastWas() {
        EdgeView.Receipts held = counts(receipts.keep(promise(SIGNER, "ann", 5, 7)));
        assertThat(held.oldest()).contains(new EdgeView.Promise("settle/9/5", 5, DUE));
        assertThat(held.lastBroken()).isEmpty();
        book("5", "ann", 4);
        publish();
        for (EdgeView.Receipts after : List.of(counts(prove()), counts(restarted().pinned()))) {
            assertThat(after.oldest()).map(EdgeView.Promise::deadline).contains(DUE);
            assertThat(after.lastBroken())
                    .startsWith("the receipt for settle/9/5 promised ann 0.000005 by ")
                    .contains("brought 0.000004");
        }
        book("7", "ann", 7);
        publish();
        assertThat(counts(prove()).oldest()).isEmpty();
    }

    @Test
    void doesNotKeepWhatIsForgedOrOwedToOthers() throws IOException {
        NoteSigner other = Ed25519.signer("fleet", Ed25519.newSeed());
        assertThat(counts(receipts.keep(promise(other, "ann", 5))).open()).isZero();
        assertThat(counts(receipts.keep(promise(SIGNER, "bob", 5))).open()).isZero();
        CoordinatorMessage.Receipts honest = promise(SIGNER, "ann", 5);
        String raised = honest.text().replace("settle/9/5 5 ", "settle/9/5 9 ");
        assertThat(counts(receipts.keep(new CoordinatorMessage.Receipts(raised))).open()).isZero();
        assertThat(receipts.keep(new CoordinatorMessage.Receipts("nonsense"))).isEmpty();
        assertThat(LedgerReceipts.kept(directory)).isEmpty();
        assertThat(counts(receipts.keep(honest)).open()).isOne();
    }

    @Test
    void isNotTakenInByAnEntryThatIsNotInTheLog() {
        receipts.keep(promise(SIGNER, "ann", 5));
        publish();
        book("5", "ann", 5);
        Chains.Sealed invented = ledger.getLast();
        String text =
                new Export.Item(
                                invented.entry(),
                                invented.lines().stream()
                                        .filter(line -> line.holder().equals("owner:ann"))
                                        .toList(),
                                List.of())
                        .text();
        var answer = new CoordinatorMessage.Entries(pinned, List.of(text));
        assertThat(figures(receipts.check(answer))).containsExactly(0L, 1L, 0L, 0L);
        assertThat(receipts.check(new CoordinatorMessage.Entries(pinned + 1, List.of(text))))
                .as("a checkpoint that was never pinned")
                .isEmpty();
    }

    @Test
    void keepsBoundedlyManyAndReadsOverWhatAPowerCutLeft() throws IOException {
        int[] thousand = IntStream.range(1, 1_001).toArray();
        for (int i = 0; i < 21; i++) {
            receipts.keep(promise(SIGNER, "ann", thousand));
        }
        assertThat(counts(receipts.pinned()).open()).isEqualTo(20_000);
        assertThat(counts(receipts.pinned()).dropped()).isEqualTo(1_000);
        Files.writeString(directory.resolve("receipts/3"), "idlefleet led");
        assertThat(counts(restarted().pinned()).open()).isEqualTo(19_000);
    }
}
