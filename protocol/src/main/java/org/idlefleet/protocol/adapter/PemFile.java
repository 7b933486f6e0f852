package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Keys and certificates in a PEM file. */
final class PemFile {
    private static final String KEY = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final long BYTES_MAX = 1 << 20;

    private PemFile() {}

    static String text(PrivateKey key) {
        return block(KEY, key.getEncoded());
    }

    static String text(PublicKey key) {
        return block(PUBLIC, key.getEncoded());
    }

    static String text(List<X509Certificate> certificates) {
        var text = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                text.append(block(CERTIFICATE, certificate.getEncoded()));
            }
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
        return text.toString();
    }

    /** The file's text; refuses a file that others can read. */
    static String secret(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.GROUP_READ)) {
                throw new IOException(
                        file
                                + " holds a private key and others can read it ("
                                + PosixFilePermissions.toString(permissions)
                                + "); run: chmod 600 "
                                + file);
            }
        }
        return open(file);
    }

    static String open(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException(file + " is no PEM file: it has more than a mebibyte");
        }
        return Files.readString(file, US_ASCII);
    }

    /** The one private key, an elliptic curve one. */
    static PrivateKey key(Path file, String text) throws IOException {
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(block(file, text, KEY)));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds a private key that can't be read", e);
        }
    }

    /** The one public key, an elliptic curve one. */
    static PublicKey publicKey(Path file, String text) throws IOException {
        try {
            return KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(block(file, text, PUBLIC)));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds a public key that can't be read", e);
        }
    }

    /** All certificates, in the file's order. */
    static List<X509Certificate> certificates(Path file, String text) throws IOException {
        var certificates = new ArrayList<X509Certificate>();
        for (byte[] der : blocks(file, text, CERTIFICATE)) {
            try {
                certificates.add(certificate(der));
            } catch (CertificateException e) {
                throw new IOException(file + " holds a certificate that can't be read", e);
            }
        }
        return certificates;
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    /**
     * Writes a file in one step: after a crash it has either its old or its new content. Only its
     * owner can read a secret one.
     */
    static void write(Path file, String text, boolean secret) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
        FileAttribute<?>[] rights =
                posix
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString(
                                            secret ? "rw-------" : "rw-r--r--"))
                        }
                        : new FileAttribute<?>[0];
        Path fresh = Files.createTempFile(directory, file.getFileName().toString(), ".new", rights);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = US_ASCII.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        if (posix) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static String block(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    private static byte[] block(Path file, String text, String label) throws IOException {
        List<byte[]> found = blocks(file, text, label);
        if (found.size() != 1) {
            throw new IOException(
                    file
                            + " shall hold one "
                            + label.toLowerCase(Locale.ROOT)
                            + ", found "
                            + found.size());
        }
        return found.getFirst();
    }

    private static List<byte[]> blocks(Path file, String text, String label) throws IOException {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        var blocks = new ArrayList<byte[]>();
        for (int at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
            int stop = text.indexOf(end, at);
            if (stop < 0) {
                throw new IOException(file + " is cut off: no '" + end + "'");
            }
            try {
                blocks.add(
                        Base64.getMimeDecoder().decode(text.substring(at + begin.length(), stop)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is damaged: " + e.getMessage(), e);
            }
            at = stop + end.length();
        }
        return blocks;
    }
}
