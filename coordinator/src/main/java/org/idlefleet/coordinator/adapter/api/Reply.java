package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.stream.StreamMessage;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/**
 * What a handler answers; the call's own headers are added to it.
 *
 * @param rest more of the body, as it is made; null if {@code body} is all
 */
record Reply(int status, MediaType type, HttpData body, @Nullable StreamMessage<HttpData> rest) {
    static Reply json(byte[] body) {
        return new Reply(200, MediaType.JSON, HttpData.wrap(body), null);
    }

    static Reply json(int status, JsonNode body) {
        return new Reply(status, MediaType.JSON, HttpData.wrap(Json.write(body)), null);
    }

    static Reply json(JsonNode body) {
        return json(200, body);
    }

    static Reply of(Problem problem) {
        return json(problem.status(), Json.problem(problem));
    }

    static Reply text(MediaType type, byte[] body) {
        return new Reply(200, type, HttpData.wrap(body), null);
    }

    static Reply stream(MediaType type, StreamMessage<HttpData> body) {
        return new Reply(200, type, HttpData.empty(), body);
    }
}
