package org.idlefleet.protocol.adapter;

import java.net.URI;
import java.net.URISyntaxException;

/** Where a coordinator's node door is. */
public record Endpoint(String host, int port) {
    /** The port of a node door unless configured. */
    public static final int DEFAULT_PORT = 7443;

    public Endpoint {
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "a coordinator is HOST or HOST:PORT, found '" + host + "' and port " + port);
        }
    }

    /** Reads {@code HOST}, {@code HOST:PORT}, {@code [IPV6]:PORT} or a {@code wss://} address. */
    public static Endpoint parse(String text) {
        String address = text.contains("://") ? text : "wss://" + text;
        try {
            URI uri = new URI(address);
            String host = uri.getHost();
            boolean secure = "wss".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (host == null || !secure) {
                throw new IllegalArgumentException(
                        "a coordinator is HOST, HOST:PORT or wss://HOST:PORT, found '"
                                + text
                                + "'");
            }
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return new Endpoint(bare, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "a coordinator is HOST, HOST:PORT or wss://HOST:PORT, found '" + text + "'", e);
        }
    }

    /** An address on this door. */
    URI uri(String scheme, String path) {
        return URI.create(scheme + "://" + this + path);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
