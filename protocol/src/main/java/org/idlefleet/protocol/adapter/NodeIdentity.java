package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who a node is: its key, born on the device and never sent, its certificate, and the authorities
 * it trusts. All of it is one PEM file (key, certificate, authorities), so that the next
 * certificate and its key replace the old ones in one step.
 *
 * @param authorities certificates of the coordinator's CA
 */
public record NodeIdentity(Credentials credentials, List<X509Certificate> authorities) {
    private static final String FILE = "node.pem";

    public NodeIdentity {
        authorities = List.copyOf(authorities);
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("a node trusts an authority at least");
        }
    }

    /** Whether {@code directory} holds an identity. */
    public static boolean exists(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** Reads the identity in {@code directory}. */
    public static NodeIdentity load(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        String text;
        try {
            text = PemFile.secret(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + " is not there: enrol this node with a token of its owner", e);
        }
        List<X509Certificate> certificates = PemFile.certificates(file, text);
        if (certificates.size() < 2) {
            throw new IOException(
                    file
                            + " shall hold the node's certificate and its CA's, found "
                            + certificates.size()
                            + "; enrol this node again");
        }
        var identity =
                new NodeIdentity(
                        new Credentials(PemFile.key(file, text), List.of(certificates.getFirst())),
                        certificates.subList(1, certificates.size()));
        identity.named();
        return identity;
    }

    /** Writes the identity into {@code directory}, readable by its owner only, in one step. */
    public void save(Path directory) throws IOException {
        PemFile.write(
                directory.resolve(FILE),
                PemFile.text(credentials.key())
                        + PemFile.text(List.of(credentials.certificate()))
                        + PemFile.text(authorities),
                true);
    }

    /** The node's id, from its certificate. */
    public NodeId node() {
        return names().node();
    }

    /** The node's owner, from its certificate. */
    public OwnerId owner() {
        return names().owner();
    }

    /** When the certificate ends: from then on the node must be enrolled anew. */
    public Instant expires() {
        return credentials.certificate().getNotAfter().toInstant();
    }

    /**
     * When to ask for the next certificate: two thirds into its lifetime, spread by 10 % of it.
     * Always the same for one certificate.
     */
    public Instant renewAt() {
        return Lifetime.renewAt(credentials.certificate());
    }

    private PeerIdentity names() {
        try {
            return named();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private PeerIdentity named() throws IOException {
        try {
            return PeerIdentity.of(credentials.certificate());
        } catch (CertificateException e) {
            throw new IOException("not a node's certificate: " + e.getMessage(), e);
        }
    }
}
