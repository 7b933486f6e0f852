package org.idlefleet.edge.adapter.scan;

import org.idlefleet.edge.adapter.scan.Refusal.Reason;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The look at a model's files before ONNX Runtime may see them. A model is code from somebody else:
 * what is not known to be harmless is refused. Reads the graph once from end to end without keeping
 * its weights; digests are checked elsewhere, before.
 */
public final class ModelScan {
    private static final long TOKENIZER_BYTES_MAX = 64L << 20;

    private ModelScan() {}

    /**
     * Why the model must not be loaded; empty if it may be.
     *
     * @param directory holds the files under the names of the manifest
     * @throws IOException if a file can't be read
     */
    public static Optional<Refusal> refusal(ModelManifest manifest, Path directory)
            throws IOException {
        try {
            Map<String, Long> external = new HashMap<>();
            for (ModelFile file : manifest.files()) {
                check(file, directory);
                if (file.role() == FileRole.EXTERNAL_DATA) {
                    external.put(file.name(), file.bytes());
                }
            }
            for (ModelFile file : manifest.files()) {
                if (file.role() == FileRole.ONNX) {
                    graph(file, directory, new ExternalData(external));
                }
            }
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e.refusal());
        }
    }

    private static void graph(ModelFile file, Path directory, ExternalData external)
            throws IOException, RefusedException {
        try (InputStream bytes = Files.newInputStream(directory.resolve(file.name()))) {
            new GraphScan(new Wire(bytes, (int) file.bytes(), file.name()), external).model();
        }
    }

    private static void check(ModelFile file, Path directory) throws IOException, RefusedException {
        Path path = directory.resolve(file.name());
        BasicFileAttributes found =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            throw refused(file, "a plain file is expected, found a link or something else");
        }
        if (links(path) != 1) {
            throw refused(file, "the file has a second name elsewhere, so others can change it");
        }
        if (found.size() != file.bytes()) {
            throw refused(
                    file, "the manifest says " + file.bytes() + " bytes, found " + found.size());
        }
        if (file.role() == FileRole.ONNX && !file.name().endsWith(".onnx")) {
            throw refused(file, "the name of a graph ends with .onnx: the runtime goes by it");
        }
        if (file.role() == FileRole.ONNX && file.bytes() > Integer.MAX_VALUE) {
            throw refused(file, "a graph has at most " + Integer.MAX_VALUE + " bytes");
        }
        if (file.role() == FileRole.TOKENIZER && file.bytes() > TOKENIZER_BYTES_MAX) {
            throw refused(file, "a tokenizer has at most " + TOKENIZER_BYTES_MAX + " bytes");
        }
    }

    /** Names of a file; 1 where the system can't tell. */
    private static int links(Path path) throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? (Integer) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                : 1;
    }

    private static RefusedException refused(ModelFile file, String detail) {
        return new RefusedException(new Refusal(Reason.FILE, file.name(), detail));
    }
}
