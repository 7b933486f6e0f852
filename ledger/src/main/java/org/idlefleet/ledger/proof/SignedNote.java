package org.idlefleet.ledger.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A text with signatures under it, as C2SP signed notes write it: the text, an empty line, a line
 * for each signature.
 *
 * <p>Signatures of unknown keys are kept and ignored.
 */
public record SignedNote(String text, List<Line> signatures) {
    /** More signatures than any log has; what comes from outside is refused beyond. */
    private static final int SIGNATURES_MAX = 64;

    private static final String DASH = "\u2014 ";
    private static final int ID_LENGTH = 4;
    private static final int SIGNATURE_LENGTH = 64;

    /** One signature line: a name, and base64 of key id and signature. */
    public record Line(String name, String base64) {}

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!text.endsWith("\n") || text.contains("\n\n") || text.startsWith("\n")) {
            throw new IllegalArgumentException(
                    "a note's text ends with a newline and has no empty line");
        }
    }

    public static SignedNote of(String text, NoteSigner signer) {
        return new SignedNote(text, List.of()).signedBy(signer);
    }

    /** Reads what {@link #toString} writes. */
    public static SignedNote parse(String note) {
        int end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("expected a text, an empty line and signatures");
        }
        var signatures = new ArrayList<Line>();
        for (String line : note.substring(end + 2).lines().toList()) {
            int blank = line.lastIndexOf(' ');
            if (!line.startsWith(DASH)
                    || blank <= DASH.length()
                    || signatures.size() == SIGNATURES_MAX) {
                throw new IllegalArgumentException(
                        "expected a signature line, found '" + line + "'");
            }
            signatures.add(
                    new Line(line.substring(DASH.length(), blank), line.substring(blank + 1)));
        }
        if (signatures.isEmpty()) {
            throw new IllegalArgumentException("the note has no signature");
        }
        return new SignedNote(note.substring(0, end + 1), signatures);
    }

    /** The same note with one more signature. */
    public SignedNote signedBy(NoteSigner signer) {
        return with(signer.key(), signer.sign(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * The same note with a witness's statement that it saw this text, and nothing that contradicts
     * it, at that time.
     */
    public SignedNote cosignedBy(NoteSigner witness, Instant time) {
        long seconds = time.getEpochSecond();
        byte[] signature = witness.sign(cosigned(seconds));
        return with(
                witness.key(),
                ByteBuffer.allocate(Long.BYTES + SIGNATURE_LENGTH)
                        .putLong(seconds)
                        .put(signature)
                        .array());
    }

    /** This note with the signatures that the other one, of the same text, has of that key. */
    public SignedNote withSignaturesOf(SignedNote other, NoteKey key) {
        var all = new ArrayList<>(signatures);
        for (Line line : other.signatures) {
            if (signature(line, key).isPresent() && !all.contains(line)) {
                all.removeIf(old -> signature(old, key).isPresent());
                all.add(line);
            }
        }
        return new SignedNote(text, all);
    }

    /** Whether this key signed the text; for a witness's key, whether it cosigned it. */
    public boolean isSignedBy(NoteKey key, Signatures check) {
        return signatures.stream().anyMatch(line -> verifies(line, key, check));
    }

    private boolean verifies(Line line, NoteKey key, Signatures check) {
        Optional<byte[]> signature = signature(line, key);
        if (signature.isEmpty()) {
            return false;
        }
        byte[] bytes = signature.get();
        return switch (key.kind()) {
            case NoteKey.SIGNATURE ->
                    bytes.length == SIGNATURE_LENGTH
                            && check.verify(
                                    key.publicKey(), text.getBytes(StandardCharsets.UTF_8), bytes);
            case NoteKey.COSIGNATURE ->
                    bytes.length == Long.BYTES + SIGNATURE_LENGTH
                            && check.verify(
                                    key.publicKey(),
                                    cosigned(ByteBuffer.wrap(bytes).getLong()),
                                    Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
            default -> false;
        };
    }

    /** The bytes after the key id, if the line names this key. */
    private static Optional<byte[]> signature(Line line, NoteKey key) {
        if (!line.name().equals(key.name())) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(line.base64());
            boolean canonical = Base64.getEncoder().encodeToString(bytes).equals(line.base64());
            boolean fits =
                    bytes.length > ID_LENGTH
                            && Arrays.equals(Arrays.copyOf(bytes, ID_LENGTH), key.id());
            return canonical && fits
                    ? Optional.of(Arrays.copyOfRange(bytes, ID_LENGTH, bytes.length))
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private SignedNote with(NoteKey key, byte[] signature) {
        byte[] line = Arrays.copyOf(key.id(), ID_LENGTH + signature.length);
        System.arraycopy(signature, 0, line, ID_LENGTH, signature.length);
        var more = new ArrayList<>(signatures);
        more.add(new Line(key.name(), Base64.getEncoder().encodeToString(line)));
        return new SignedNote(text, more);
    }

    private byte[] cosigned(long seconds) {
        return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        var note = new StringBuilder(text).append('\n');
        signatures.forEach(line ->
                note.append(DASH)
                        .append(line.name())
                        .append(' ')
                        .append(line.base64())
                        .append('\n'));
        return note.toString();
    }
}
