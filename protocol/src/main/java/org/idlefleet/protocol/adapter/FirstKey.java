package org.idlefleet.protocol.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;

/**
 * The key that a device asks for its first certificate with. It is on disk before the device asks,
 * and gone once the certificate is there: whoever is killed in between asks again with the same
 * key, for which alone the token still counts. One process at a time.
 */
final class FirstKey {
    private static final String FILE = "first-key.pem";

    private FirstKey() {}

    /** The key in {@code directory}, made if there is none; durable when this returns. */
    static KeyPair in(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            String text = PemFile.secret(file);
            return new KeyPair(PemFile.publicKey(file, text), PemFile.key(file, text));
        }
        KeyPair made = Credentials.newKey();
        PemFile.write(file, PemFile.text(made.getPrivate()) + PemFile.text(made.getPublic()), true);
        return made;
    }

    /** It has done its duty. */
    static void forget(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
    }
}
