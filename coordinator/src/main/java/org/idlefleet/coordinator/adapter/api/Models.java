package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Refusal;
import org.idlefleet.protocol.ModelId;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** OpenAI's list of models. */
final class Models {
    private final Catalogue catalogue;

    Models(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** {@code GET /v1/models}. */
    CompletableFuture<Reply> list(Call call) {
        ObjectNode root = Json.object().put("object", "list");
        ArrayNode data = root.putArray("data");
        catalogue.models().forEach(model -> data.add(json(model)));
        return CompletableFuture.completedFuture(Reply.json(root));
    }

    /** {@code GET /v1/models/{model}}. */
    CompletableFuture<Reply> one(Call call) {
        String name = call.path("model");
        Catalogue.Model model = find(name).orElseThrow(() -> unknown(name).raised());
        return CompletableFuture.completedFuture(Reply.json(json(model)));
    }

    static Problem unknown(String name) {
        try {
            return Refusals.of(new Refusal.UnknownModel(new ModelId(name)));
        } catch (IllegalArgumentException e) {
            return Problem.of(
                    404,
                    "invalid_request_error",
                    "model_not_found",
                    "model",
                    "no model has such a name; GET /v1/models lists what is served here");
        }
    }

    private Optional<Catalogue.Model> find(String name) {
        try {
            return catalogue.model(new ModelId(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static ObjectNode json(Catalogue.Model model) {
        return Json.object()
                .put("id", model.manifest().model().value())
                .put("object", "model")
                .put("created", model.since().getEpochSecond())
                .put("owned_by", "idlefleet")
                .put("dimensions", JobDesk.modelDimensions(model.manifest()))
                .put("max_input_tokens", model.manifest().limits().tokensMax());
    }
}
