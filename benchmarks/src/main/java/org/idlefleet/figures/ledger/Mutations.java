package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.ExportVerifier;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Trust;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** An owner's export with something changed in it, many times over: none may pass. */
public final class Mutations implements Bench {
    private static final String ORIGIN = "ledger.example.org";
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Override
    public String name() {
        return "ledger-mutations";
    }

    @Override
    public String description() {
        return "exports with a byte or a line changed, dropped, added or moved: all rejected";
    }

    @Override
    public void run(Figures figures, boolean quick) throws IOException {
        int wanted = quick ? 2_000 : 100_000;
        Path folder = Files.createTempDirectory("ledger-mutations");
        try {
            var random = new Random(1);
            Proven proven = prove(folder);
            if (!proven.holds(proven.export())) {
                throw new IllegalStateException("the untouched export does not hold");
            }
            int accepted = 0;
            for (int i = 0; i < wanted; ) {
                String mutated = mutate(proven.export(), random);
                if (!mutated.equals(proven.export())) {
                    i++;
                    accepted += proven.holds(mutated) ? 1 : 0;
                }
            }
            figures.note(
                    "an export of "
                            + proven.export().length()
                            + " characters under two checkpoints");
            figures.plain("ledger-mutations.tried", wanted, "mutations");
            figures.atMost("ledger-mutations.accepted", accepted, "mutations", 0);
        } finally {
            Folders.delete(folder);
        }
    }

    private record Proven(String export, Trust trust) {
        boolean holds(String text) {
            return ExportVerifier.verify(text, trust, Ed25519.signatures()).holds();
        }
    }

    /**
     * Twelve lines of an owner in a log of some thousand entries, grown since a pinned checkpoint.
     */
    private static Proven prove(Path folder) {
        Path file = folder.resolve("ledger.db");
        var stream = new Settlements(100);
        try (var database = LedgerDatabase.open(file)) {
            database.append(List.of(stream.fund(), stream.next(50_000)));
        }
        try (var reader = LedgerReader.open(file);
                var proof = ProofLog.open(folder.resolve("proof"), ORIGIN, reader)) {
            proof.catchUp(reader);
            Checkpoint pinned = Checkpoint.parse(proof.publish(NOON).text());
            try (var database = LedgerDatabase.open(file)) {
                database.append(List.of(stream.next(10_000)));
            }
            proof.catchUp(reader);
            SignedNote note = proof.publish(NOON.plusSeconds(60));
            var trust = new Trust(ORIGIN, proof.key(), List.of(), 0, List.of(pinned), List.of());
            String export =
                    proof.export(note, "owner:owner7919", List.of(pinned.size()), reader).text();
            return new Proven(export, trust);
        }
    }

    private static String mutate(String text, Random random) {
        var characters = new StringBuilder(text);
        int at = random.nextInt(text.length());
        return switch (random.nextInt(7)) {
            case 0 -> {
                characters.setCharAt(at, (char) (text.charAt(at) ^ 1 << random.nextInt(7)));
                yield characters.toString();
            }
            case 1 -> characters.deleteCharAt(at).toString();
            case 2 -> characters.insert(at, (char) (32 + random.nextInt(95))).toString();
            case 3 -> text.substring(0, at);
            default -> lines(text, random);
        };
    }

    private static String lines(String text, Random random) {
        var lines = new ArrayList<>(text.lines().toList());
        int a = random.nextInt(lines.size());
        int b = random.nextInt(lines.size());
        switch (random.nextInt(3)) {
            case 0 -> lines.remove(a);
            case 1 -> lines.add(b, lines.get(a));
            default -> Collections.swap(lines, a, b);
        }
        return String.join("\n", lines) + "\n";
    }
}
