package org.idlefleet.protocol.adapter;

import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.idlefleet.protocol.Digest;

import java.io.IOException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;

/**
 * A public key whose owner has proved, by a PKCS #10 request signed with it, that he holds the
 * private one. The names that the request asks for are not read: the coordinator decides them.
 */
public final class CertificateRequest {
    private static final int DER_MAX = 8 << 10;

    private final PublicKey key;

    private CertificateRequest(PublicKey key) {
        this.key = key;
    }

    /** The public key, on P-256. */
    public PublicKey key() {
        return key;
    }

    /** SHA-256 of the public key (SubjectPublicKeyInfo, DER). */
    public Digest digest() {
        return Digest.of(key.getEncoded());
    }

    /** Reads the base64 of a DER request, as EST sends it, and checks the proof. */
    public static CertificateRequest parse(String base64) throws IOException {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("a certificate request is base64 of a PKCS #10 request", e);
        }
        return parse(der);
    }

    static CertificateRequest parse(byte[] der) throws IOException {
        if (der.length == 0 || der.length > DER_MAX) {
            throw new IOException(
                    "a certificate request has 1 to " + DER_MAX + " bytes, found " + der.length);
        }
        try {
            var request = new PKCS10CertificationRequest(der);
            SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
            var algorithm = info.getAlgorithm();
            if (!algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                    || !X9ObjectIdentifiers.prime256v1.equals(algorithm.getParameters())) {
                throw new IOException("the key of a certificate request is ECDSA on P-256");
            }
            var verifier = new JcaContentVerifierProviderBuilder().build(info);
            if (!request.isSignatureValid(verifier)) {
                throw new IOException(
                        "the certificate request is not signed with the key that it names");
            }
            PublicKey key = new JcaPEMKeyConverter().getPublicKey(info);
            if (!(key instanceof ECPublicKey)) {
                throw new IOException("the key of a certificate request is ECDSA on P-256");
            }
            return new CertificateRequest(key);
        } catch (OperatorCreationException | PKCSException | RuntimeException e) {
            throw new IOException("the certificate request can't be read", e);
        }
    }
}
