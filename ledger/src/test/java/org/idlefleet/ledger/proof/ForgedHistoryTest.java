package org.idlefleet.ledger.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The operator lies, with all keys in his hand; what the owner holds must show it. */
class ForgedHistoryTest {
    private static final Signatures SIGNATURES = Ed25519.signatures();

    @Test
    void honestHistoriesHold() {
        for (long seed = 0; seed < 50; seed++) {
            var world = new ForgedWorld(seed);
            Verification verification =
                    ExportVerifier.verify(world.honest().text(), world.trust(), SIGNATURES);
            assertThat(verification.faults()).as("seed " + seed).isEmpty();
            assertThat(verification.balances()).isEqualTo(world.balances());
            assertThat(verification.kept()).isEqualTo(world.trust().receipts().size());
        }
    }

    @Test
    void everyForgedHistoryIsFound() {
        Map<String, Integer> found = new TreeMap<>();
        var random = new Random(1);
        for (long seed = 0; seed < 1_000; seed++) {
            var world = new ForgedWorld(seed);
            ForgedWorld.Forgery forgery = world.forge(random);
            Verification verification =
                    ExportVerifier.verify(forgery.export().text(), world.trust(), SIGNATURES);
            assertThat(verification.holds()).as("seed " + seed + ": " + forgery.kind()).isFalse();
            found.merge(forgery.kind(), 1, Integer::sum);
        }
        assertThat(found)
                .containsOnlyKeys(ForgedWorld.KINDS)
                .allSatisfy((kind, times) -> assertThat(times).as(kind).isGreaterThan(50));
    }

    @Test
    void noChangedByteOfAnExportPasses() {
        var random = new Random(9);
        List<String> passed = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            var world = new ForgedWorld(i);
            String honest = world.honest().text();
            for (int mutation = 0; mutation < 50; mutation++) {
                String mutated = ForgedWorld.mutate(honest, random);
                if (!mutated.equals(honest)
                        && ExportVerifier.verify(mutated, world.trust(), SIGNATURES).holds()) {
                    passed.add(mutated);
                }
            }
        }
        assertThat(passed).isEmpty();
    }

    /** The history is sound in itself; only the receipts tell. */
    @Test
    void everyBrokenOrForgedPromiseIsNamed() {
        Map<String, Integer> found = new TreeMap<>();
        var random = new Random(2);
        for (long seed = 0; seed < 400; seed++) {
            var world = new ForgedWorld(seed);
            ForgedWorld.Betrayal betrayal = world.betray(random);
            Verification verification =
                    ExportVerifier.verify(betrayal.export().text(), betrayal.trust(), SIGNATURES);
            assertThat(verification.faults())
                    .as("seed " + seed + ": " + betrayal.kind())
                    .isNotEmpty()
                    .anySatisfy(fault -> assertThat(fault).contains(betrayal.fault()))
                    .allSatisfy(fault -> assertThat(fault).contains("receipt"));
            found.merge(betrayal.kind(), 1, Integer::sum);
        }
        assertThat(found).containsOnlyKeys(ForgedWorld.BETRAYALS);
    }

    @Test
    void noChangedByteOfReceiptsPasses() {
        var random = new Random(3);
        for (int i = 0; i < 20; i++) {
            var world = new ForgedWorld(i);
            String honest =
                    world.trust().receipts().stream()
                            .map(SignedReceipts::text)
                            .collect(Collectors.joining());
            assertThat(SignedReceipts.parse(honest)).isEqualTo(world.trust().receipts());
            for (int mutation = 0; mutation < 50; mutation++) {
                String mutated = ForgedWorld.mutate(honest, random);
                assertThat(mutated.equals(honest) || !passes(mutated, world.trust().log()))
                        .as(mutated)
                        .isTrue();
            }
        }
    }

    private static boolean passes(String text, NoteKey log) {
        try {
            return SignedReceipts.parse(text).stream()
                    .allMatch(receipts -> receipts.isSignedBy(log, SIGNATURES));
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }
}
