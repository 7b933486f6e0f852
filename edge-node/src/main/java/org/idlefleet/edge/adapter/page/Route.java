package org.idlefleet.edge.adapter.page;

import tools.jackson.databind.JsonNode;

import java.io.IOException;

/** Answers one kind of request of the page. */
@FunctionalInterface
public interface Route {
    /**
     * @param body what was posted; missing for a GET
     * @throws IllegalArgumentException if the body makes no sense; the message is shown to the
     *     owner
     */
    JsonNode answer(JsonNode body) throws IOException;
}
