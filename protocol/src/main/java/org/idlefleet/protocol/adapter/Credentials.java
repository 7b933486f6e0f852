package org.idlefleet.protocol.adapter;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;

/**
 * A private key and the certificate that says whose it is, with those that vouch for it behind it.
 *
 * @param chain the key's own certificate first
 */
public record Credentials(PrivateKey key, List<X509Certificate> chain) {
    /**
     * The kind of key store that carries a key into TLS. It lives in memory alone; PKCS12, which is
     * usual, would derive a key from a password by 10,000 rounds of hashing, each way.
     */
    static final String KEY_STORE = "JKS";

    public Credentials {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("credentials hold a certificate");
        }
    }

    /** The key's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** A fresh key of the one kind we use, ECDSA on P-256: TPMs and car HSMs have it. */
    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /** Without the key, for logs. */
    @Override
    public String toString() {
        return "credentials of " + certificate().getSubjectX500Principal();
    }
}
