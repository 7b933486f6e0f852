package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Enrolment over Secure Transport (RFC 7030) for nodes. Thread-safe. */
final class EstDoor {
    static final String PATH = "/.well-known/est/";

    private static final Logger LOG = LoggerFactory.getLogger(EstDoor.class);
    private static final String NO_TOKEN =
            "send the enrolment token as HTTP Basic password or as Bearer";

    private final CertificateAuthority authority;
    private final EnrolmentDesk desk;

    EstDoor(CertificateAuthority authority, EnrolmentDesk desk) {
        this.authority = authority;
        this.desk = desk;
    }

    /**
     * Answers a request below {@link #PATH}.
     *
     * @param peer who asks, by his certificate, which may have ended a short while ago; null if he
     *     showed none
     */
    CompletionStage<HttpAnswer> answer(FullHttpRequest request, @Nullable PeerIdentity peer) {
        String operation = request.uri().substring(PATH.length());
        boolean get = request.method().equals(HttpMethod.GET);
        boolean post = request.method().equals(HttpMethod.POST);
        return switch (operation) {
            case "cacerts" -> done(get ? certificates(authority.certificate()) : method("GET"));
            case "csrattrs" ->
                    done(
                            get
                                    ? new HttpAnswer(HttpResponseStatus.NO_CONTENT, "", "", false)
                                    : method("GET"));
            case "simpleenroll" -> post ? enrol(request) : done(method("POST"));
            case "simplereenroll" -> post ? renew(request, peer) : done(method("POST"));
            default ->
                    done(
                            HttpAnswer.text(
                                    HttpResponseStatus.NOT_FOUND,
                                    "EST here has cacerts, csrattrs, simpleenroll,"
                                            + " simplereenroll"));
        };
    }

    private CompletionStage<HttpAnswer> enrol(FullHttpRequest request) {
        EnrolmentToken token;
        try {
            token = EnrolmentToken.parse(credential(request).orElse(""));
        } catch (IllegalArgumentException e) {
            return done(
                    HttpAnswer.text(
                            HttpResponseStatus.UNAUTHORIZED, NO_TOKEN + ": " + e.getMessage()));
        }
        CertificateRequest csr;
        try {
            csr = CertificateRequest.parse(request.content().toString(UTF_8));
        } catch (IOException e) {
            return done(HttpAnswer.text(HttpResponseStatus.BAD_REQUEST, "" + e.getMessage()));
        }
        return desk.redeem(token.hash(), csr.digest()).handle((a, e) -> issued(csr, a, e));
    }

    private CompletionStage<HttpAnswer> renew(
            FullHttpRequest request, @Nullable PeerIdentity peer) {
        if (peer == null) {
            return done(
                    HttpAnswer.text(
                            HttpResponseStatus.UNAUTHORIZED,
                            "renewal needs the node's current certificate; without one, enrol with"
                                    + " a token"));
        }
        CertificateRequest csr;
        try {
            csr = CertificateRequest.parse(request.content().toString(UTF_8));
        } catch (IOException e) {
            return done(HttpAnswer.text(HttpResponseStatus.BAD_REQUEST, "" + e.getMessage()));
        }
        return desk.renew(peer.node(), peer.owner(), csr.digest())
                .handle((a, e) -> issued(csr, a, e));
    }

    private HttpAnswer issued(
            CertificateRequest csr, @Nullable EnrolmentAnswer answer, @Nullable Throwable failure) {
        if (failure != null || answer == null) {
            LOG.error("the enrolment desk failed", failure);
            return HttpAnswer.text(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "the coordinator can't enrol nodes at the moment; try again");
        }
        return switch (answer) {
            case EnrolmentAnswer.Granted granted ->
                    certificates(authority.issueNode(csr, granted.owner(), granted.node()));
            case EnrolmentAnswer.Refused refused ->
                    HttpAnswer.text(HttpResponseStatus.UNAUTHORIZED, refused.reason());
        };
    }

    private static HttpAnswer certificates(X509Certificate certificate) {
        return new HttpAnswer(
                HttpResponseStatus.OK,
                "application/pkcs7-mime; smime-type=certs-only",
                CertificateBundle.of(certificate),
                true);
    }

    private static HttpAnswer method(String expected) {
        return HttpAnswer.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "use " + expected);
    }

    private static CompletionStage<HttpAnswer> done(HttpAnswer answer) {
        return CompletableFuture.completedStage(answer);
    }

    private static Optional<String> credential(FullHttpRequest request) {
        String header = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        int space = header.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String value = header.substring(space + 1).strip();
        return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> Optional.of(value);
            case "basic" -> {
                String pair = new String(Base64.getDecoder().decode(value), UTF_8);
                yield Optional.of(pair.substring(pair.indexOf(':') + 1));
            }
            default -> Optional.empty();
        };
    }
}
