package org.idlefleet.edge.adapter.store;

import org.idlefleet.edge.Signal.Want;
import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * The files of one model on their way into the store, in the manifest's order. What is on disk when
 * the process dies is taken up again: a partial file's bytes are hashed anew, and only a file with
 * the right digest loses its {@code .part}.
 */
final class Fetch implements AutoCloseable {
    /** Bytes asked for at a time. */
    static final int CHUNK_BYTES = 1 << 20;

    private final ModelManifest manifest;
    private final Path directory;
    private int index;
    private boolean secondTry;
    private @Nullable FileChannel channel;
    private MessageDigest sha = Digest.sha256();
    private long position;

    Fetch(ModelManifest manifest, Path directory) {
        this.manifest = manifest;
        this.directory = directory;
    }

    ModelManifest manifest() {
        return manifest;
    }

    /** The next piece to ask for; null when every file is there. */
    Want.@Nullable PieceOf next() throws IOException {
        while (index < manifest.files().size()) {
            ModelFile file = manifest.files().get(index);
            if (channel == null && Durable.holds(directory.resolve(file.name()), file.digest())) {
                index++;
                continue;
            }
            if (channel == null) {
                open(file);
            }
            if (position < file.bytes()) {
                long left = file.bytes() - position;
                int length = (int) Math.min(CHUNK_BYTES, left);
                return new Want.PieceOf(file.digest(), position, length);
            }
            finish(file);
        }
        return null;
    }

    /**
     * Takes a piece; one that was not asked for changes nothing.
     *
     * @return what is wrong for good; null if nothing is
     */
    @Nullable String take(Chunk chunk) throws IOException {
        ModelFile file = manifest.files().get(Math.min(index, manifest.files().size() - 1));
        FileChannel open = channel;
        if (open == null || !chunk.file().equals(file.digest()) || chunk.offset() != position) {
            return null;
        }
        long left = file.bytes() - position;
        if (chunk.fileBytes() != file.bytes()
                || chunk.bytes().length == 0
                || chunk.bytes().length > left) {
            return "the coordinator sent "
                    + chunk.bytes().length
                    + " bytes of "
                    + file.name()
                    + " with "
                    + chunk.fileBytes()
                    + " bytes in all; its manifest says "
                    + file.bytes()
                    + ", of which "
                    + left
                    + " are missing";
        }
        var bytes = ByteBuffer.wrap(chunk.bytes());
        while (bytes.hasRemaining()) {
            open.write(bytes);
        }
        sha.update(chunk.bytes());
        position += chunk.bytes().length;
        if (position == file.bytes() && !finish(file)) {
            return file.name()
                    + " came twice with a digest other than "
                    + file.digest().hex()
                    + " that its manifest names; register the model again on the coordinator";
        }
        return null;
    }

    private void open(ModelFile file) throws IOException {
        Path part = part(file);
        sha = Digest.sha256();
        position = 0;
        if (Files.exists(part) && Files.size(part) <= file.bytes()) {
            position = Durable.hash(part, sha);
        }
        channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .truncate(position)
                        .position(position);
    }

    /** Returns false if the file was wrong for the second time. */
    private boolean finish(ModelFile file) throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.force(true);
            open.close();
            channel = null;
        }
        if (Digest.ofRaw(sha.digest()).equals(file.digest())) {
            Durable.move(part(file), directory.resolve(file.name()));
            index++;
            secondTry = false;
            return true;
        }
        Files.delete(part(file));
        boolean first = !secondTry;
        secondTry = true;
        return first;
    }

    private Path part(ModelFile file) {
        return directory.resolve(file.name() + ".part");
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
