package org.idlefleet.edge.adapter.ledger;

import org.idlefleet.edge.Signal;
import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Pin;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.protocol.CoordinatorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The checkpoint of the ledger that a node has pinned. The first one that it hears fixes key and
 * history; every later one must continue it. One that does not is kept beside it, with the reason,
 * until the owner forgets the pin. Its directory:
 *
 * <pre>
 * key          the ledger's public key, as heard first
 * checkpoint   the newest signed checkpoint that continues all before
 * refused      the signed checkpoint that contradicts it, if one did
 * fault        why, in a sentence
 * </pre>
 *
 * <p>One thread.
 */
public final class LedgerPin {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerPin.class);

    private final Path directory;

    public LedgerPin(Path directory) {
        this.directory = directory;
    }

    /** What was known when the node ran last. */
    public Optional<Signal> known() {
        try {
            Optional<String> fault = text("fault");
            if (fault.isPresent()) {
                return Optional.of(new Signal.LedgerBroken(fault.get()));
            }
            long size = size();
            return size == 0 ? Optional.empty() : Optional.of(new Signal.LedgerPinned(size));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(new Signal.LedgerBroken(unreadable(e)));
        }
    }

    /**
     * Holds a checkpoint against the pin and keeps it, or what is wrong with it, before it says so.
     * Empty if it says nothing: it came without a key, its proof begins where an older pin stood,
     * or a newer one overtook it on its way.
     */
    public Optional<Signal> take(CoordinatorMessage.Checkpoint offered) {
        try {
            return text("fault").isPresent() ? known() : held(offered);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(new Signal.LedgerBroken(unreadable(e)));
        }
    }

    private Optional<Signal> held(CoordinatorMessage.Checkpoint offered) throws IOException {
        if (offered.key().isEmpty()) {
            return Optional.empty();
        }
        NoteKey heard;
        SignedNote note;
        Checkpoint checkpoint;
        try {
            heard = NoteKey.parse(offered.key());
            note = SignedNote.parse(offered.text());
            checkpoint = Checkpoint.parse(note.text());
        } catch (IllegalArgumentException e) {
            return broken("the coordinator sent no checkpoint: " + e.getMessage(), offered);
        }
        Optional<String> key = text("key");
        if (key.isPresent() && !heard.equals(NoteKey.parse(key.get()))) {
            return broken("it is signed by " + heard + ", before by " + key.get(), offered);
        }
        var pin = new Pin(heard, text("checkpoint").map(SignedNote::parse));
        long size = checkpoint.size();
        boolean proofOfOlderPin = size > pin.size() && offered.from() != pin.size();
        boolean overtaken = size < pin.size() && !checkpoint.time().isAfter(time(pin));
        if (pin.latest().isPresent() && (proofOfOlderPin || overtaken)) {
            return Optional.empty();
        }
        List<Hash> proof =
                size > pin.size()
                        ? offered.proof().stream().map(hash -> Hash.copyOf(hash.raw(), 0)).toList()
                        : List.of();
        return switch (pin.look(note, proof, PlatformEd25519.signatures())) {
            case Pin.Finding.Continues _ -> {
                Files.createDirectories(directory);
                if (key.isEmpty()) {
                    write("key", heard.toString());
                }
                write("checkpoint", note.toString());
                yield Optional.of(new Signal.LedgerPinned(size));
            }
            case Pin.Finding.Refused refused ->
                    broken(
                            size < pin.size()
                                    ? "it had " + pin.size() + " entries, now it has " + size
                                    : refused.reason(),
                            offered);
            case Pin.Finding.Forked _ ->
                    broken("two histories of " + size + " entries are signed", offered);
        };
    }

    private static Instant time(Pin pin) {
        return pin.latest().map(note -> Checkpoint.parse(note.text()).time()).orElse(Instant.EPOCH);
    }

    private Optional<Signal> broken(String reason, CoordinatorMessage.Checkpoint offered)
            throws IOException {
        Files.createDirectories(directory);
        write("refused", offered.text());
        write("fault", reason);
        return Optional.of(new Signal.LedgerBroken(reason));
    }

    private static String unreadable(Exception e) {
        LOG.warn("the pinned checkpoint", e);
        return "what this node saw of the ledger can't be read or kept: " + e.getMessage();
    }

    private long size() throws IOException {
        return text("checkpoint")
                .map(SignedNote::parse)
                .map(note -> Checkpoint.parse(note.text()).size())
                .orElse(0L);
    }

    private void write(String name, String text) throws IOException {
        Durable.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<String> text(String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    /**
     * Lets the node pin anew what the coordinator shows next; what was seen stays, under other
     * names, for whoever wants to look.
     *
     * @return whether anything was pinned
     */
    public boolean forget() throws IOException {
        boolean known = Files.exists(directory.resolve("checkpoint"));
        for (String name : List.of("checkpoint", "refused", "key", "fault")) {
            Path file = directory.resolve(name);
            if (Files.exists(file)) {
                Durable.move(file, directory.resolve("forgotten-" + name));
            }
        }
        return known;
    }
}
