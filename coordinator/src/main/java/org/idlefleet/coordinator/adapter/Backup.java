package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.adapter.log.LogException;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.MerkleProof;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Copies of a coordinator's data directory from which a coordinator can go on: keys, event log,
 * ledger, proof log, operators, payouts and models.
 *
 * <p>A copy is made while the coordinator runs. Each database is copied as it is at one moment, and
 * in an order in which the later ones know all that the earlier ones follow from: proof log,
 * payouts, operators, ledger, event log. So a ledger that is a moment behind its log is the worst
 * that comes out, and that is folded again when the copy is restored.
 */
public final class Backup {
    /** Copied in this order, before any other database and after all other files. */
    private static final List<String> FIRST =
            List.of("proof/proof.db", "payouts/payouts.db", "operators.db");

    private static final List<String> LAST = List.of("ledger.db", "events.db");

    /** Locks, write-ahead logs and what says that a process runs. */
    private static final String PASSING =
            ".*(-wal|-shm|-journal|-owner|\\.next|\\.part)|running.json";

    private Backup() {}

    /**
     * What was restored.
     *
     * @param events position of the event log
     * @param transactions in the ledger
     * @param checkpoint the newest that the backup has published; empty if none was
     * @param lost entries that were published after the backup was made, as far as is known
     */
    public record Restored(
            long events, long transactions, Optional<Checkpoint> checkpoint, long lost) {}

    /**
     * Copies the directory; the target must not exist, and is whole if it does afterwards.
     *
     * @throws IOException if anything can't be read or written; the message says what to do
     */
    public static void make(Path data, Path target) throws IOException {
        if (!Files.exists(data.resolve("events.db"))) {
            throw new IOException(
                    "there is no event log in "
                            + data
                            + "; name the coordinator's data directory with --data");
        }
        Path part = part(target);
        List<String> names = files(data);
        for (String name : names) {
            if (!name.endsWith(".db")) {
                copy(data.resolve(name), part.resolve(name));
            }
        }
        for (String name : FIRST) {
            if (names.contains(name)) {
                snapshot(data.resolve(name), part.resolve(name));
            }
        }
        for (String name : names) {
            if (name.endsWith(".db") && !FIRST.contains(name) && !LAST.contains(name)) {
                snapshot(data.resolve(name), part.resolve(name));
            }
        }
        for (String name : LAST) {
            if (names.contains(name)) {
                snapshot(data.resolve(name), part.resolve(name));
            }
        }
        move(part, target);
    }

    /**
     * Makes a data directory of a backup; it must not exist, and is whole if it does afterwards.
     * The ledger is folded level with the event log and held against the backup's own checkpoint
     * and all those given.
     *
     * @param published checkpoints that the ledger has published since, as others have seen them
     * @param acceptLoss restore although what was published since the backup, or may have been, is
     *     lost
     * @throws IOException if the backup is refused; the message says why and what to do
     */
    public static Restored restore(
            Path backup, Path data, List<SignedNote> published, boolean acceptLoss)
            throws IOException {
        if (!Files.exists(backup.resolve("events.db"))) {
            throw new IOException("there is no backup in " + backup + ": it has no events.db");
        }
        if (published.isEmpty() && !acceptLoss) {
            throw new IOException(
                    "nobody can tell from a backup what was published after it: give the newest"
                            + " checkpoint that is known (proof/checkpoint of the old data"
                            + " directory, or what a witness or a node has pinned) with"
                            + " --published, or say --accept-loss");
        }
        Path part = part(data);
        try {
            for (String name : files(backup)) {
                copy(backup.resolve(name), part.resolve(name));
                if (name.endsWith(".db")) {
                    checkPages(part.resolve(name));
                }
            }
            Restored restored = level(part, published, acceptLoss);
            move(part, data);
            return restored;
        } catch (LedgerException | LogException e) {
            throw new IOException("the backup is not restored: " + e.getMessage(), e);
        } finally {
            delete(part);
        }
    }

    private static Restored level(Path data, List<SignedNote> published, boolean acceptLoss)
            throws IOException {
        Path file = data.resolve("ledger.db");
        long position;
        try (SqliteEventLog log = SqliteEventLog.open(data.resolve("events.db"))) {
            log.read(0, (_, _) -> {});
            new LedgerFold(log, file, Duration.ZERO, _ -> {}, _ -> {}).catchUp();
            position = log.position();
        }
        try (LedgerReader ledger = LedgerReader.open(file)) {
            Path checkpoint = data.resolve("proof").resolve("checkpoint");
            if (!Files.exists(checkpoint)) {
                return new Restored(position, ledger.transactions(), Optional.empty(), 0);
            }
            Checkpoint own =
                    Checkpoint.parse(SignedNote.parse(Files.readString(checkpoint)).text());
            try (ProofLog proof = ProofLog.open(data.resolve("proof"), own.origin(), ledger)) {
                proof.catchUp(ledger);
                if (!proof.matches(ledger)) {
                    throw new IOException(
                            "the ledger's transactions are not those of its proof log: the backup"
                                    + " was changed");
                }
                long lost = 0;
                for (SignedNote note : published) {
                    lost = Math.max(lost, lost(proof, note, acceptLoss));
                }
                return new Restored(position, ledger.transactions(), Optional.of(own), lost);
            }
        }
    }

    /** How many entries a published checkpoint counted beyond those restored. */
    private static long lost(ProofLog proof, SignedNote note, boolean acceptLoss)
            throws IOException {
        if (!note.isSignedBy(proof.key(), Ed25519.signatures())) {
            throw new IOException(
                    "the published checkpoint is not signed by the backup's ledger " + proof.key());
        }
        Checkpoint seen = Checkpoint.parse(note.text());
        long lost = seen.size() - proof.size();
        if (lost > 0 && !acceptLoss) {
            throw new IOException(
                    "the backup has "
                            + proof.size()
                            + " transactions, but "
                            + seen.size()
                            + " were published by "
                            + seen.time()
                            + ": the last "
                            + lost
                            + " would be lost, with what they paid. Nodes that pinned them take no"
                            + " work until their owners say 'edge ledger --forget'. Restore a newer"
                            + " backup, or say --accept-loss");
        }
        if (lost <= 0) {
            Checkpoint now = proof.checkpoint(seen.time());
            if (!MerkleProof.extendsTree(
                    seen.root(),
                    seen.size(),
                    now.root(),
                    now.size(),
                    proof.consistencyProof(seen.size(), now.size()))) {
                throw new IOException(
                        "the first "
                                + seen.size()
                                + " transactions of the backup are not those that were published at"
                                + " "
                                + seen.time()
                                + ": it was changed, or is of another history");
            }
        }
        return Math.max(0, lost);
    }

    /** All files worth a copy, as paths with slashes, in order. */
    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString().replace('\\', '/'))
                    .filter(name -> !name.substring(name.lastIndexOf('/') + 1).matches(PASSING))
                    .sorted()
                    .toList();
        }
    }

    /** An empty folder for its owner alone, beside the target, which must not exist. */
    private static Path part(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new IOException(target + " exists: name a new directory");
        }
        Path part = target.toAbsolutePath().resolveSibling(target.getFileName() + ".part");
        delete(part);
        Files.createDirectories(part);
        if (part.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
        }
        return part;
    }

    /** A database as it is at one moment, beside whoever writes it. */
    private static void snapshot(Path database, Path target) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, target.toString());
            vacuum.execute();
        } catch (SQLException e) {
            throw new IOException(database + " can't be copied to " + target + ": " + e, e);
        }
        sync(target);
    }

    /** A page that was damaged may not be read before it is needed: all are looked at now. */
    private static void checkPages(Path database) throws IOException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var check = connection.prepareStatement("PRAGMA integrity_check(1)");
                var found = check.executeQuery()) {
            String verdict = found.getString(1);
            if (!verdict.equals("ok")) {
                throw new IOException(
                        "the backup is damaged: " + database.getFileName() + ": " + verdict);
            }
        } catch (SQLException e) {
            throw new IOException(
                    "the backup is damaged: " + database.getFileName() + ": " + e.getMessage(), e);
        }
    }

    /** A file that goes meanwhile is none worth a copy. */
    private static void copy(Path file, Path target) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        try {
            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            sync(target);
        } catch (NoSuchFileException e) {
            if (Files.exists(file)) {
                throw e;
            }
        }
    }

    private static void sync(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
