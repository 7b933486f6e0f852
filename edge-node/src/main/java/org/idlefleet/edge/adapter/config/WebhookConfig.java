package org.idlefleet.edge.adapter.config;

import org.idlefleet.protocol.adapter.Sentence;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom the node tells when it begins or ends to compute.
 *
 * @param secret key of the signature that each message carries
 */
public record WebhookConfig(URI url, byte[] secret) {
    private static final int SECRET_BYTES_MIN = 16;

    static Optional<WebhookConfig> of(EdgeFile.Webhook text) {
        if (text.url().isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new WebhookConfig(url(text.url()), secret(text.secret())));
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static RuntimeException wrong(String text) {
        return Values.wrong(
                "webhook.url",
                "an http:// or https:// address without a user's name",
                "'" + text + "'");
    }

    private static byte[] secret(String file) {
        Values.required(
                "webhook.secret", file, "name a file with a secret that signs what is sent");
        try {
            byte[] secret =
                    Files.readString(Path.of(file)).strip().getBytes(StandardCharsets.UTF_8);
            if (secret.length >= SECRET_BYTES_MIN) {
                return secret;
            }
            throw Values.wrong(
                    "webhook.secret",
                    "a file with a secret of at least " + SECRET_BYTES_MIN + " bytes",
                    secret.length + " in " + file);
        } catch (IOException e) {
            throw Values.wrong("webhook.secret", "a file that can be read", Sentence.of(e));
        }
    }
}
