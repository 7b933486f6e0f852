/**
 * The HTTP door: OpenAI's embeddings and models under {@code /v1}, our own surface under {@code
 * /api/v1}, health and metrics. It turns requests into commands and answers into responses.
 */
@NullMarked
package org.idlefleet.coordinator.adapter.api;

import org.jspecify.annotations.NullMarked;
