package org.idlefleet.protocol.adapter;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;

import org.jspecify.annotations.Nullable;

import java.nio.channels.ClosedChannelException;
import java.util.Locale;

import javax.net.ssl.SSLException;

/** Why a connection failed, in words that say what to do. */
final class TlsReason {
    private static final String ENROL = "; enrol this node again with a new token";

    private TlsReason() {}

    static String of(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof DecoderException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause == null) {
            return "the connection was lost";
        }
        String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof SslHandshakeTimeoutException) {
            return "the TLS handshake took too long";
        }
        if (cause instanceof ClosedChannelException) {
            return "the connection was closed";
        }
        if (!(cause instanceof SSLException)) {
            return "the connection failed: " + said;
        }
        String lower = said.toLowerCase(Locale.ROOT).replace(' ', '_');
        if (lower.contains("alert") && lower.contains("certificate_expired")) {
            return "the peer refused our certificate: it has expired or is not valid yet (check"
                    + " this device's clock)"
                    + ENROL;
        }
        if (lower.contains("alert")
                && (lower.contains("certificate") || lower.contains("unknown_ca"))) {
            return "the peer refused our certificate (" + said + ")" + ENROL;
        }
        return "TLS failed: " + rootMessage(cause, said);
    }

    private static String rootMessage(Throwable failure, String said) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String deepest = root.getMessage();
        return deepest == null || deepest.equals(said) ? said : said + ": " + deepest;
    }
}
