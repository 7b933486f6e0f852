package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Once;
import org.idlefleet.protocol.Digest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** The header by which a client names a request, so that it is carried out once. */
final class Idempotency {
    static final String HEADER = "idempotency-key";

    /** On an answer that was given before. */
    static final String REPLAYED = "idempotent-replayed";

    static final int LENGTH_MAX = 255;

    private Idempotency() {}

    /**
     * What the request says; empty without the header.
     *
     * @param path what it asks for, beside body and terms
     */
    static Optional<Once> of(Call call, String path) {
        String name = call.requestHeader(HEADER);
        if (name == null) {
            return Optional.empty();
        }
        if (name.isEmpty()
                || name.length() > LENGTH_MAX
                || name.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw Problem.invalid(
                            HEADER,
                            "an Idempotency-Key is 1 to "
                                    + LENGTH_MAX
                                    + " visible ASCII characters, such as a UUID")
                    .raised();
        }
        MessageDigest asked = Digest.sha256();
        add(asked, path.getBytes(StandardCharsets.UTF_8));
        for (String term : List.of(Terms.QUORUM, Terms.ASSURANCE, Terms.DEADLINE)) {
            String value = call.requestHeader(term);
            add(asked, (value == null ? "" : value).getBytes(StandardCharsets.UTF_8));
        }
        add(asked, call.body());
        return Optional.of(
                new Once(
                        Digest.of(name.getBytes(StandardCharsets.UTF_8)),
                        Digest.ofRaw(asked.digest())));
    }

    private static void add(MessageDigest digest, byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
        digest.update(part);
    }
}
