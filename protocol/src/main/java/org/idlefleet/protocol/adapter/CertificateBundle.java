package org.idlefleet.protocol.adapter;

import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates as EST sends them: base64 of a PKCS #7 "certs-only" message. */
final class CertificateBundle {
    private static final int CERTIFICATES_MAX = 16;

    private CertificateBundle() {}

    static String of(X509Certificate certificate) {
        try {
            var generator = new CMSSignedDataGenerator();
            generator.addCertificate(new JcaX509CertificateHolder(certificate));
            byte[] der = generator.generate(new CMSAbsentContent()).getEncoded();
            return Base64.getMimeEncoder().encodeToString(der);
        } catch (CMSException | CertificateException | IOException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    static List<X509Certificate> parse(String base64) throws IOException {
        try {
            var certificates = new ArrayList<X509Certificate>();
            var data = new CMSSignedData(Base64.getMimeDecoder().decode(base64));
            for (X509CertificateHolder holder : data.getCertificates().getMatches(null)) {
                if (certificates.size() == CERTIFICATES_MAX) {
                    throw new IOException(
                            "the coordinator sent more than " + CERTIFICATES_MAX + " certificates");
                }
                certificates.add(PemFile.certificate(holder.getEncoded()));
            }
            if (certificates.isEmpty()) {
                throw new IOException("the coordinator sent no certificate");
            }
            return certificates;
        } catch (CMSException | CertificateException | RuntimeException e) {
            throw new IOException("the coordinator's answer holds no readable certificates", e);
        }
    }
}
