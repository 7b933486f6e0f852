package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/** Checks a {@link CertificateAuthority#issuePseudonym certificate under a pseudonym}. */
public final class PseudonymCertificate {
    private PseudonymCertificate() {}

    /** SHA-256 of a certificate (DER). */
    public static Digest fingerprint(X509Certificate certificate) {
        try {
            return Digest.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /**
     * The node's key that the certificate is about.
     *
     * @param der the certificate
     * @throws GeneralSecurityException if the authority did not issue it, or not for this pseudonym
     */
    public static PublicKey key(X509Certificate authority, byte[] der, String pseudonym)
            throws GeneralSecurityException {
        var certificate =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(der));
        if (!Arrays.equals(certificate.getEncoded(), der)) {
            throw new GeneralSecurityException("there is something behind the certificate");
        }
        if (authority.getBasicConstraints() < 0) {
            throw new GeneralSecurityException("the given authority may not issue certificates");
        }
        certificate.verify(authority.getPublicKey());
        String uri = PeerIdentity.onlyUri(certificate);
        if (!uri.equals(PeerIdentity.PSEUDONYM + pseudonym)) {
            throw new GeneralSecurityException("expected the name " + pseudonym + ", found " + uri);
        }
        if (!(certificate.getPublicKey() instanceof ECPublicKey)) {
            throw new GeneralSecurityException("a node's key is on P-256");
        }
        return certificate.getPublicKey();
    }
}
