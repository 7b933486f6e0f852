package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.adapter.LedgerBatch;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A ledger's files with damage, many times over: cut, flipped, blanked, or old ones put back. Each
 * start must end with a beginning of what was told that is not behind the checkpoint, or say no.
 */
public final class Images implements Bench {
    private static final int BATCHES = 60;
    private static final int PER_BATCH = 5;

    @Override
    public String name() {
        return "ledger-images";
    }

    @Override
    public String description() {
        return "damaged database and write-ahead files: a right beginning or a refusal, no silence";
    }

    @Override
    public void run(Figures figures, boolean quick) throws IOException {
        int wanted = quick ? 100 : 10_000;
        Path folder = Files.createTempDirectory("ledger-images");
        try {
            var world = new World(folder);
            var starts = new EnumMap<Books.Start, Integer>(Books.Start.class);
            var random = new Random(1);
            for (int i = 0; i < wanted; i++) {
                Path copy = world.damaged(random);
                starts.merge(new Books(copy).start(world.told), 1, Integer::sum);
                Folders.delete(copy);
            }
            figures.note(
                    world.told.size()
                            + " positions told, a checkpoint after half of them; the database holds"
                            + " a quarter, its write-ahead log the rest");
            figures.plain("ledger-images.tried", wanted, "images");
            figures.plain("ledger-images.refused", count(starts, Books.Start.REFUSED), "images");
            figures.plain(
                    "ledger-images.found-by-check",
                    count(starts, Books.Start.FOUND_BY_CHECK),
                    "images");
            figures.plain("ledger-images.prefix", count(starts, Books.Start.PREFIX), "images");
            figures.atMost("ledger-images.silent", count(starts, Books.Start.SILENT), "images", 0);
        } finally {
            Folders.delete(folder);
        }
    }

    private static int count(Map<Books.Start, Integer> starts, Books.Start start) {
        return starts.getOrDefault(start, 0);
    }

    /** The undamaged files, new and old. */
    private static final class World {
        private final Path folder;
        private final Path whole;
        private final Path old;
        final List<LedgerBatch> told = new ArrayList<>();
        private int copies;

        World(Path folder) throws IOException {
            this.folder = folder;
            whole = Files.createDirectory(folder.resolve("whole"));
            old = Files.createDirectory(folder.resolve("old"));
            Path live = Files.createDirectory(folder.resolve("live"));
            var stream = new Settlements(10);
            told.add(stream.fund());
            for (int i = 1; i < BATCHES; i++) {
                told.add(stream.next(PER_BATCH));
            }
            var books = new Books(live);
            try (var database = LedgerDatabase.open(books.file())) {
                database.append(told.subList(0, BATCHES / 4));
            }
            copy(live, old);
            try (var database = LedgerDatabase.open(books.file());
                    var reader = LedgerReader.open(books.file());
                    var proof = books.proof(reader)) {
                told.subList(BATCHES / 4, BATCHES / 2)
                        .forEach(batch -> database.append(List.of(batch)));
                proof.catchUp(reader);
                proof.publish(Instant.EPOCH);
                told.subList(BATCHES / 2, BATCHES)
                        .forEach(batch -> database.append(List.of(batch)));
                copy(live, whole);
            }
        }

        Path damaged(Random random) throws IOException {
            Path copy = Files.createDirectory(folder.resolve("copy" + copies++));
            copy(whole, copy);
            Path database = copy.resolve("ledger.db");
            Path log = copy.resolve("ledger.db-wal");
            switch (random.nextInt(8)) {
                case 0 -> cut(log, random.nextInt((int) (Files.size(log) / 512) + 1) * 512);
                case 1 -> cut(log, random.nextInt((int) Files.size(log) + 1));
                case 2 -> flip(log, random);
                case 3 -> blank(log, random);
                case 4 -> flip(database, random);
                case 5 -> blank(database, random);
                case 6 -> Files.delete(log);
                default -> {
                    Files.delete(log);
                    Files.delete(database);
                    Files.copy(old.resolve("ledger.db"), database);
                }
            }
            if (random.nextBoolean()) {
                Files.delete(copy.resolve("proof").resolve("proof.db"));
            }
            return copy;
        }

        private static void cut(Path file, int length) throws IOException {
            Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        }

        private static void flip(Path file, Random random) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
        }

        private static void blank(Path file, Random random) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            int start = random.nextInt(bytes.length);
            Arrays.fill(bytes, start, Math.min(bytes.length, start + 512), (byte) 0);
            Files.write(file, bytes);
        }

        private static void copy(Path from, Path to) throws IOException {
            try (var files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Path target = to.resolve(from.relativize(file));
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(target);
                    } else if (!file.toString().endsWith("-shm")) {
                        Files.copy(file, target);
                    }
                }
            }
        }
    }
}
