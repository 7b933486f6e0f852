package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;

/**
 * The coordinator's own certificate authority: a P-256 root in a directory, made at first start. It
 * vouches for the coordinator's name towards nodes and for nodes towards the coordinator.
 * Thread-safe.
 */
public final class CertificateAuthority {
    /** How long a node's certificate lives unless configured. */
    public static final Duration NODE_LIFETIME = Duration.ofHours(24);

    /** How long the certificate of a coordinator's door lives. */
    public static final Duration SERVER_LIFETIME = Duration.ofDays(30);

    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
    private static final String KEY_FILE = "ca.key";
    private static final String CERTIFICATE_FILE = "ca.pem";
    private static final String SIGNATURE = "SHA256withECDSA";

    /** Document signing (RFC 9336). */
    private static final KeyPurposeId DOCUMENT_SIGNING =
            KeyPurposeId.getInstance(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.3.36"));

    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final InstantSource clock;
    private final Duration nodeLifetime;

    private CertificateAuthority(
            PrivateKey key,
            X509Certificate certificate,
            InstantSource clock,
            Duration nodeLifetime) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
        this.nodeLifetime = nodeLifetime;
    }

    /** The authority in {@code directory}, with the default lifetime of node certificates. */
    public static CertificateAuthority open(Path directory, InstantSource clock)
            throws IOException {
        return open(directory, clock, NODE_LIFETIME);
    }

    /**
     * The authority in {@code directory} ({@code ca.key} and {@code ca.pem}); made there if the
     * directory has neither.
     */
    public static CertificateAuthority open(
            Path directory, InstantSource clock, Duration nodeLifetime) throws IOException {
        if (nodeLifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "a node's certificate lives a second at least, found " + nodeLifetime);
        }
        Path keyFile = directory.resolve(KEY_FILE);
        Path certificateFile = directory.resolve(CERTIFICATE_FILE);
        if (!Files.exists(certificateFile)) {
            if (Files.exists(keyFile)) {
                throw new IOException(
                        keyFile
                                + " is there but "
                                + certificateFile
                                + " is not: restore it from a backup, or remove both and enrol"
                                + " every node again");
            }
            create(keyFile, certificateFile, clock.instant());
        }
        PrivateKey key = PemFile.key(keyFile, PemFile.secret(keyFile));
        List<X509Certificate> certificates =
                PemFile.certificates(certificateFile, PemFile.open(certificateFile));
        if (certificates.size() != 1) {
            throw new IOException(
                    certificateFile + " shall hold one certificate, found " + certificates.size());
        }
        X509Certificate certificate = certificates.getFirst();
        if (!fit(key, certificate.getPublicKey())) {
            throw new IOException(keyFile + " is not the key of " + certificateFile);
        }
        return new CertificateAuthority(key, certificate, clock, nodeLifetime);
    }

    /** The root certificate, which nodes trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The root certificate as PEM. */
    public String pem() {
        return PemFile.text(List.of(certificate));
    }

    /** SHA-256 of the root certificate (DER): the last part of every {@link EnrolmentToken}. */
    public Digest fingerprint() {
        return PseudonymCertificate.fingerprint(certificate);
    }

    /** The time by which this authority dates its certificates. */
    public InstantSource clock() {
        return clock;
    }

    /**
     * A fresh key and certificate for a door of the coordinator.
     *
     * @param names host names and IP addresses under which nodes reach it
     */
    public Credentials issueServer(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a server's certificate names a host at least");
        }
        KeyPair pair = Credentials.newKey();
        GeneralName[] alternatives =
                names.stream().map(CertificateAuthority::hostName).toArray(GeneralName[]::new);
        X509Certificate issued =
                issue(
                        pair.getPublic(),
                        "idlefleet-coordinator",
                        SERVER_LIFETIME,
                        new GeneralNames(alternatives),
                        KeyPurposeId.id_kp_serverAuth);
        return new Credentials(pair.getPrivate(), List.of(issued));
    }

    /** A certificate for a node's key, with the names that the coordinator gave it. */
    public X509Certificate issueNode(CertificateRequest request, OwnerId owner, NodeId node) {
        return issueNode(request.key(), owner, node);
    }

    private X509Certificate issueNode(PublicKey nodeKey, OwnerId owner, NodeId node) {
        return issue(
                nodeKey,
                node.value(),
                nodeLifetime,
                new GeneralNames(
                        new GeneralName(
                                GeneralName.uniformResourceIdentifier,
                                PeerIdentity.spiffe(owner, node))),
                KeyPurposeId.id_kp_clientAuth);
    }

    /**
     * A certificate for a node's key under its owner's pseudonym: for whoever is shown what the key
     * signed. No door takes it.
     */
    public X509Certificate issuePseudonym(PublicKey nodeKey, String pseudonym) {
        return issue(
                nodeKey,
                pseudonym,
                ROOT_LIFETIME,
                new GeneralNames(
                        new GeneralName(
                                GeneralName.uniformResourceIdentifier,
                                PeerIdentity.PSEUDONYM + pseudonym)),
                DOCUMENT_SIGNING);
    }

    /** An identity without enrolment, for nodes that share a process with their coordinator. */
    public NodeIdentity issueIdentity(OwnerId owner, NodeId node) {
        KeyPair pair = Credentials.newKey();
        X509Certificate issued = issueNode(pair.getPublic(), owner, node);
        return new NodeIdentity(
                new Credentials(pair.getPrivate(), List.of(issued)), List.of(certificate));
    }

    private X509Certificate issue(
            PublicKey subject,
            String commonName,
            Duration lifetime,
            GeneralNames names,
            KeyPurposeId purpose) {
        Instant now = clock.instant();
        Instant end = now.plus(lifetime);
        Instant rootEnd = certificate.getNotAfter().toInstant();
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            certificate,
                            serial(),
                            Date.from(now.minus(Lifetime.BACKDATE)),
                            Date.from(end.isAfter(rootEnd) ? rootEnd : end),
                            commonName(commonName),
                            subject);
            var ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
                    .addExtension(Extension.subjectAlternativeName, false, names)
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            ids.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return signed(builder, key);
        } catch (GeneralSecurityException | CertIOException e) {
            throw new IllegalStateException("the authority can't issue for " + commonName, e);
        }
    }

    private static void create(Path keyFile, Path certificateFile, Instant now) throws IOException {
        KeyPair pair = Credentials.newKey();
        X500Name name = commonName("Idlefleet coordinator CA");
        try {
            var ids = new JcaX509ExtensionUtils();
            var builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            serial(),
                            Date.from(now.minus(Lifetime.BACKDATE)),
                            Date.from(now.plus(ROOT_LIFETIME)),
                            name,
                            pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            ids.createSubjectKeyIdentifier(pair.getPublic()));
            X509Certificate root = signed(builder, pair.getPrivate());
            PemFile.write(keyFile, PemFile.text(pair.getPrivate()), true);
            PemFile.write(certificateFile, PemFile.text(List.of(root)), false);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate authority can't be made", e);
        }
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            var holder = builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key));
            return PemFile.certificate(holder.getEncoded());
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("the certificate can't be signed", e);
        }
    }

    private static boolean fit(PrivateKey key, PublicKey publicKey) throws IOException {
        try {
            byte[] probe = "do these keys belong together?".getBytes(US_ASCII);
            Signature signer = Signature.getInstance(SIGNATURE);
            signer.initSign(key);
            signer.update(probe);
            Signature verifier = Signature.getInstance(SIGNATURE);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IOException("the key of the certificate authority can't sign", e);
        }
    }

    private static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static GeneralName hostName(String name) {
        boolean address = name.indexOf(':') >= 0 || name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM).add(BigInteger.ONE);
    }
}
