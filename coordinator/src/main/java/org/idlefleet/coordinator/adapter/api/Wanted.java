package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.ItemKind;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/**
 * An embeddings request as it was read, not yet held against its model.
 *
 * @param items each as the bytes that a node gets
 * @param base64 whether vectors come back in base64
 * @param dimensions length to cut vectors to; 0 keeps the model's
 * @param quorum 0 if the request does not say
 * @param deadline null if the request does not say
 * @param assurance null if the request does not say
 */
record Wanted(
        String model,
        ItemKind kind,
        List<byte[]> items,
        boolean base64,
        int dimensions,
        int quorum,
        @Nullable Duration deadline,
        @Nullable String assurance) {}
