package org.idlefleet.protocol.adapter;

import io.netty.handler.ssl.OpenSslCertificateException;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what our authorities vouch for, by the rules of the JDK. It only sees to it that a peer
 * that is refused hears a TLS alert that says so: BoringSSL would say "internal error".
 */
final class Trust extends X509ExtendedTrustManager {
    /** X509_V_ERR_CERT_HAS_EXPIRED, heard as certificate_expired. */
    private static final int EXPIRED = 10;

    /** X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, heard as unknown_ca. */
    private static final int UNKNOWN_ISSUER = 20;

    private final X509ExtendedTrustManager rules;

    private Trust(X509ExtendedTrustManager rules) {
        this.rules = rules;
    }

    static Trust in(List<X509Certificate> authorities) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                trusted.setCertificateEntry("ca" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager rules) {
                    return new Trust(rules);
                }
            }
            throw new IllegalStateException("every Java platform checks certificate paths");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java platform keeps certificates", e);
        }
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private static void said(Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            boolean dates =
                    e.getCause() instanceof CertPathValidatorException path
                            && (path.getReason() == BasicReason.EXPIRED
                                    || path.getReason() == BasicReason.NOT_YET_VALID);
            throw new OpenSslCertificateException(
                    e.getMessage(),
                    e.getCause() == null ? e : e.getCause(),
                    dates ? EXPIRED : UNKNOWN_ISSUER);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        said(() -> rules.checkClientTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        said(() -> rules.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        said(() -> rules.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        said(() -> rules.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        said(() -> rules.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        said(() -> rules.checkServerTrusted(chain, type, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return rules.getAcceptedIssuers();
    }
}
