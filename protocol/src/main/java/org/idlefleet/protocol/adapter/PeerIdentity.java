package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a node's certificate names. It stands as a SPIFFE id in the subject alternative name: {@code
 * spiffe://idlefleet/owner/OWNER/node/NODE}.
 *
 * @param key SHA-256 of the public key (SubjectPublicKeyInfo, DER)
 * @param expires when the certificate ends
 * @param publicKey the key itself
 */
public record PeerIdentity(
        OwnerId owner, NodeId node, Digest key, Instant expires, PublicKey publicKey) {
    /** What the name in a {@link CertificateAuthority#issuePseudonym} begins with. */
    static final String PSEUDONYM = "spiffe://idlefleet/pseudonym/";

    private static final int URI_NAME = 6;
    private static final Pattern SPIFFE =
            Pattern.compile("spiffe://idlefleet/owner/([^/]{1,64})/node/([^/]{1,64})");

    /** The SPIFFE id of a node. */
    public static String spiffe(OwnerId owner, NodeId node) {
        return "spiffe://idlefleet/owner/" + owner + "/node/" + node;
    }

    /** Reads a certificate whose signature is already checked. */
    public static PeerIdentity of(X509Certificate certificate) throws CertificateException {
        String uri = onlyUri(certificate);
        Matcher parts = SPIFFE.matcher(uri);
        if (!parts.matches()) {
            throw new CertificateException(
                    "a node's certificate names spiffe://idlefleet/owner/OWNER/node/NODE, found '"
                            + uri
                            + "'");
        }
        try {
            return new PeerIdentity(
                    new OwnerId(parts.group(1)),
                    new NodeId(parts.group(2)),
                    Digest.of(certificate.getPublicKey().getEncoded()),
                    certificate.getNotAfter().toInstant(),
                    certificate.getPublicKey());
        } catch (IllegalArgumentException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    static String onlyUri(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        List<String> uris =
                names == null
                        ? List.of()
                        : names.stream()
                                .filter(name -> name.getFirst().equals(URI_NAME))
                                .map(name -> String.valueOf(name.getLast()))
                                .toList();
        if (uris.size() != 1) {
            throw new CertificateParsingException(
                    "a node's certificate names one URI, found " + uris.size());
        }
        return uris.getFirst();
    }
}
