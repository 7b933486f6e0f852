package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.edge.adapter.Durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A folder with a file a name. */
public record FolderTrustStore(Path directory) implements TrustStore {
    @Override
    public Optional<byte[]> read(String name) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(directory.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String name, byte[] content) throws IOException {
        Files.createDirectories(directory);
        Durable.write(directory.resolve(name), content);
    }

    @Override
    public void delete(String name) throws IOException {
        if (Files.deleteIfExists(directory.resolve(name))) {
            Durable.syncDirectory(directory);
        }
    }
}
