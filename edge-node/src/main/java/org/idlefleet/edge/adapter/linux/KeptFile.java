package org.idlefleet.edge.adapter.linux;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A {@link KernelFile} that stays open: the kernel writes it anew for each look, and to open it
 * takes longer than to read it. Whoever lets go of this lets go of the file. Not thread-safe.
 */
final class KeptFile {
    private final Path file;
    private final byte[] bytes = new byte[KernelFile.BYTES_MAX];
    private @Nullable RandomAccessFile open;

    KeptFile(Path file) {
        this.file = file;
    }

    /** The file's text without surrounding space; empty if there is none. */
    String text() {
        try {
            RandomAccessFile from = open;
            if (from == null) {
                from = new RandomAccessFile(file.toFile(), "r");
                open = from;
            }
            from.seek(0);
            return KernelFile.text(bytes, from.read(bytes));
        } catch (IOException e) {
            close();
            return "";
        }
    }

    /** What opens and can't be read, such as pressure that the kernel does not count, is let go. */
    private void close() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // It can't be read either way.
        }
        open = null;
    }
}
