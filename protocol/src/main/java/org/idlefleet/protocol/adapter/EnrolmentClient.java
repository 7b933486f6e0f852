package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * The node's side of enrolment (EST, RFC 7030): makes the key, asks for the certificate. Blocks the
 * calling thread. One thread.
 */
public final class EnrolmentClient {
    private static final int ANSWER_MAX = 64 << 10;

    private final Endpoint endpoint;
    private final Duration timeout;

    /** Of all that this client enrols with, so that a lost answer does not use a token up. */
    private @Nullable KeyPair first;

    /**
     * For the node door at {@code endpoint}.
     *
     * @param timeout for each request
     */
    public EnrolmentClient(Endpoint endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    /**
     * Uses up a token. The key is made here and stays; the secret is sent only to a coordinator
     * whose CA has the token's fingerprint. A refusal is an {@link EnrolmentException}, and so is
     * an answer that did not come; then the same call can be made again, and asks with the same
     * key.
     */
    public NodeIdentity enrol(EnrolmentToken token) throws IOException, InterruptedException {
        X509Certificate authority = pinnedAuthority(token);
        KeyPair pair = first == null ? Credentials.newKey() : first;
        first = pair;
        try (HttpClient client = client(tls(List.of(authority), null))) {
            String password =
                    Base64.getEncoder()
                            .encodeToString((token.owner() + ":" + token.text()).getBytes(UTF_8));
            String answer =
                    send(
                            client,
                            csr("simpleenroll", pair).header("Authorization", "Basic " + password));
            return identity(pair, answer, List.of(authority));
        }
    }

    /**
     * The same, and saves the identity in {@code directory}. The key is there before anybody is
     * asked, so that a process that was killed may make the same call again, too.
     */
    public NodeIdentity enrol(EnrolmentToken token, Path directory)
            throws IOException, InterruptedException {
        first = FirstKey.in(directory);
        NodeIdentity identity = enrol(token);
        identity.save(directory);
        FirstKey.forget(directory);
        return identity;
    }

    /**
     * The next certificate, for a fresh key, by the current one: while it is valid, or as long
     * after its end as the coordinator allows ({@link WireLimit#RENEWAL_GRACE_MILLIS}).
     */
    public NodeIdentity renew(NodeIdentity current) throws IOException, InterruptedException {
        KeyPair pair = Credentials.newKey();
        try (HttpClient client = client(tls(current.authorities(), current.credentials()))) {
            List<X509Certificate> authorities =
                    CertificateBundle.parse(send(client, request("cacerts")));
            String answer = send(client, csr("simplereenroll", pair));
            return identity(pair, answer, authorities);
        }
    }

    /**
     * Asks the door for its CA, before it can be trusted; nothing is sent, and the answer counts
     * only if it has the token's fingerprint.
     */
    private X509Certificate pinnedAuthority(EnrolmentToken token)
            throws IOException, InterruptedException {
        List<X509Certificate> offered;
        try (HttpClient client = client(tls(new TrustManager[] {new TrustNothingYet()}, null))) {
            offered = CertificateBundle.parse(send(client, request("cacerts")));
        }
        for (X509Certificate certificate : offered) {
            if (PseudonymCertificate.fingerprint(certificate).equals(token.authority())) {
                return certificate;
            }
        }
        throw new IOException(
                endpoint
                        + " is not the coordinator that issued this token: the fingerprint of its"
                        + " CA differs. Nothing was sent. Check the address, or get a new token");
    }

    private NodeIdentity identity(KeyPair pair, String answer, List<X509Certificate> authorities)
            throws IOException {
        X509Certificate issued = CertificateBundle.parse(answer).getFirst();
        if (!Arrays.equals(issued.getPublicKey().getEncoded(), pair.getPublic().getEncoded())) {
            throw new IOException("the coordinator's certificate is for another key");
        }
        var identity =
                new NodeIdentity(new Credentials(pair.getPrivate(), List.of(issued)), authorities);
        identity.node();
        return identity;
    }

    private HttpRequest.Builder request(String operation) {
        return HttpRequest.newBuilder(endpoint.uri("https", EstDoor.PATH + operation))
                .timeout(timeout);
    }

    private HttpRequest.Builder csr(String operation, KeyPair pair) {
        return request(operation)
                .header("Content-Type", "application/pkcs10")
                .header("Content-Transfer-Encoding", "base64")
                .POST(HttpRequest.BodyPublishers.ofString(Pkcs10.request(pair), US_ASCII));
    }

    private String send(HttpClient client, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        HttpResponse<String> response;
        try {
            response =
                    client.send(
                            request.build(),
                            HttpResponse.BodyHandlers.limiting(
                                    HttpResponse.BodyHandlers.ofString(UTF_8), ANSWER_MAX));
        } catch (IOException e) {
            String reason = "can't enrol at " + endpoint + ": " + TlsReason.of(e);
            if (e instanceof SSLException) {
                throw new IOException(reason, e);
            }
            throw new EnrolmentException(reason, e);
        }
        if (response.statusCode() != 200) {
            throw new EnrolmentException(
                    response.statusCode(),
                    "the coordinator at " + endpoint + " refused: " + response.body().strip());
        }
        return response.body();
    }

    private HttpClient client(SSLContext tls) {
        var parameters = tls.getDefaultSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .sslContext(tls)
                .sslParameters(parameters)
                .build();
    }

    /** The JDK's TLS for a client that trusts {@code authorities} and is who it says, if at all. */
    static SSLContext tls(List<X509Certificate> authorities, @Nullable Credentials credentials)
            throws IOException {
        return tls(new TrustManager[] {Trust.in(authorities)}, credentials);
    }

    private static SSLContext tls(TrustManager[] trust, @Nullable Credentials credentials)
            throws IOException {
        try {
            KeyManager[] keys = new KeyManager[0];
            if (credentials != null) {
                var none = new char[0];
                KeyStore own = KeyStore.getInstance(Credentials.KEY_STORE);
                own.load(null, null);
                own.setKeyEntry(
                        "node",
                        credentials.key(),
                        none,
                        credentials.chain().toArray(X509Certificate[]::new));
                KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(own, none);
                keys = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up", e);
        }
    }
}
