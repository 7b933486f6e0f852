package org.idlefleet.edge.adapter.tuf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A folder that somebody copies metadata into: a mounted share, a synchronised directory. */
public record FolderMetadata(Path directory) implements Metadata {
    @Override
    public Optional<byte[]> fetch(String name, int bytesMax) throws IOException {
        try (InputStream in = Files.newInputStream(directory.resolve(name))) {
            return Optional.of(in.readNBytes(bytesMax + 1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
