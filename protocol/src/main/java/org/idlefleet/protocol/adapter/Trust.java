package org.idlefleet.protocol.adapter;

import io.netty.handler.ssl.OpenSslCertificateException;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what our authorities vouch for, by the rules of the JDK. It sees to it that a peer that is
 * refused hears a TLS alert that says so: BoringSSL would say "internal error".
 *
 * <p>At a node door it lets in, too, who shows a certificate that ended a short while ago: a car
 * may sleep longer than its certificate lives, and must be able to ask for the next one. What such
 * a peer may do else is the door's to say.
 */
final class Trust extends X509ExtendedTrustManager {
    /** X509_V_ERR_CERT_HAS_EXPIRED, heard as certificate_expired. */
    private static final int EXPIRED = 10;

    /** X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, heard as unknown_ca. */
    private static final int UNKNOWN_ISSUER = 20;

    /** Of a certificate that its holder may show as a client (RFC 5280, 4.2.1.12). */
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final X509ExtendedTrustManager rules;
    private final Duration grace;
    private final InstantSource clock;

    private Trust(X509ExtendedTrustManager rules, Duration grace, InstantSource clock) {
        this.rules = rules;
        this.grace = grace;
        this.clock = clock;
    }

    /** Trusts valid certificates only. */
    static Trust in(List<X509Certificate> authorities) {
        return in(authorities, Duration.ZERO, InstantSource.system());
    }

    /**
     * Trusts valid certificates, and clients whose own ended within the {@code grace} before now.
     */
    static Trust in(List<X509Certificate> authorities, Duration grace, InstantSource clock) {
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
                    return new Trust(rules, grace, clock);
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

    private void client(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            if (!late(chain)) {
                throw e;
            }
        }
    }

    /** Whether nothing but its end, a short while ago, speaks against a client's certificate. */
    private boolean late(X509Certificate[] chain) {
        Instant end = chain[0].getNotAfter().toInstant();
        Instant now = clock.instant();
        if (!end.isBefore(now) || end.isBefore(now.minus(grace))) {
            return false;
        }
        try {
            Set<TrustAnchor> anchors =
                    Arrays.stream(rules.getAcceptedIssuers())
                            .map(authority -> new TrustAnchor(authority, null))
                            .collect(Collectors.toSet());
            var then = new PKIXParameters(anchors);
            then.setDate(Date.from(end));
            then.setRevocationEnabled(false);
            CertPath path =
                    CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain[0]));
            CertPathValidator.getInstance("PKIX").validate(path, then);
            List<String> usages = chain[0].getExtendedKeyUsage();
            return usages != null && usages.contains(CLIENT_AUTH);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        said(() -> client(chain, () -> rules.checkClientTrusted(chain, type)));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        said(() -> client(chain, () -> rules.checkClientTrusted(chain, type, socket)));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        said(() -> client(chain, () -> rules.checkClientTrusted(chain, type, engine)));
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
