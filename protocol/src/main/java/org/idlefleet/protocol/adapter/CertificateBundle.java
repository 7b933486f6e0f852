package org.idlefleet.protocol.adapter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates as EST sends them: base64 of a PKCS #7 "certs-only" message. */
final class CertificateBundle {
    private static final int CERTIFICATES_MAX = 16;

    private static final byte[] SIGNED_DATA = Der.fixed("06092a864886f70d010702");
    private static final byte[] VERSION = Der.fixed("020101");

    /** No content: a sequence of nothing but the kind that it would have. */
    private static final byte[] NO_CONTENT = Der.fixed("300b06092a864886f70d010701");

    private CertificateBundle() {}

    static String of(X509Certificate certificate) {
        try {
            byte[] none = Der.of(Der.SET);
            byte[] certificates = Der.of(Der.CONTEXT, certificate.getEncoded());
            byte[] signed = Der.of(Der.SEQUENCE, VERSION, none, NO_CONTENT, certificates, none);
            return Base64.getMimeEncoder()
                    .encodeToString(Der.of(Der.SEQUENCE, SIGNED_DATA, Der.of(Der.CONTEXT, signed)));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    static List<X509Certificate> parse(String base64) throws IOException {
        try {
            var certificates = new ArrayList<X509Certificate>();
            var der = new ByteArrayInputStream(Base64.getMimeDecoder().decode(base64));
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(der)) {
                if (certificates.size() == CERTIFICATES_MAX) {
                    throw new IOException(
                            "the coordinator sent more than " + CERTIFICATES_MAX + " certificates");
                }
                certificates.add((X509Certificate) one);
            }
            if (certificates.isEmpty()) {
                throw new IOException("the coordinator sent no certificate");
            }
            return certificates;
        } catch (CertificateException | RuntimeException e) {
            throw new IOException("the coordinator's answer holds no readable certificates", e);
        }
    }
}
