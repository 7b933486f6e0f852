package org.idlefleet.coordinator.adapter.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Keys of operators, each of one person, and what they asked for. */
final class OperatorsApi {
    private static final String NAME = "[a-z][a-z0-9_-]{0,39}";
    private static final int ACTIONS_SHOWN = 100;
    private static final int ACTIONS_MAX = 1_000;

    private final OperatorFile file;
    private final KeyRing keys;
    private final InstantSource clock;

    /** Held while file and key ring change, so that they never differ. */
    private final Object turn = new Object();

    OperatorsApi(Ports ports, KeyRing keys, InstantSource clock) {
        file = ports.operators();
        this.keys = keys;
        this.clock = clock;
    }

    /** {@code GET /api/v1/operators}: without secrets. */
    CompletableFuture<Reply> list(Call call) {
        return work(
                call,
                () -> {
                    ObjectNode json = Json.object().put("object", "list");
                    ArrayNode data = json.putArray("data");
                    for (OperatorFile.Key key : file.keys()) {
                        data.add(
                                json(key.name(), key.roles())
                                        .put("created", key.created().toString()));
                    }
                    return Reply.json(json);
                });
    }

    /** {@code POST /api/v1/operators}: the key is in the answer and nowhere else. */
    CompletableFuture<Reply> create(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("name", "roles"));
        String name = name(Json.text(body, "name"));
        Set<Role> roles = roles(body.path("roles"));
        return work(
                call,
                () -> {
                    KeyRing.Fresh key = keys.freshOperator(name);
                    if (!file.add(new OperatorFile.Key(name, roles, key.hash(), clock.instant()))) {
                        throw conflict(
                                "operator "
                                        + name
                                        + " has a key: revoke it before you make a new one");
                    }
                    keys.add(name, roles, key.hash());
                    return Reply.json(201, json(name, roles).put("key", key.key()));
                });
    }

    /** {@code POST /api/v1/operators/{operator}/revoke}. */
    CompletableFuture<Reply> revoke(Call call) {
        Json.read(call.body(), Set.of());
        String name = name(call.path("operator"));
        return work(
                call,
                () -> {
                    if (!file.revoke(name, clock.instant())) {
                        throw conflict("operator " + name + " has no key");
                    }
                    keys.removeOperator(name);
                    return Reply.json(Json.object().put("name", name).put("revoked", true));
                });
    }

    /** {@code GET /api/v1/audit-log?limit=&before=}: the newest first. */
    CompletableFuture<Reply> auditLog(Call call) {
        int limit = (int) number(call, "limit", ACTIONS_SHOWN, ACTIONS_MAX);
        long before = number(call, "before", Long.MAX_VALUE, Long.MAX_VALUE);
        return work(
                call,
                () -> {
                    ObjectNode json = Json.object().put("object", "list");
                    ArrayNode data = json.putArray("data");
                    for (OperatorFile.Action action : file.actions(before, limit)) {
                        data.addObject()
                                .put("id", action.id())
                                .put("at", action.at().toString())
                                .put("operator", action.operator())
                                .put("action", action.action())
                                .put("status", action.status())
                                .put("outcome", action.outcome());
                    }
                    return Reply.json(json);
                });
    }

    private CompletableFuture<Reply> work(Call call, Supplier<Reply> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    synchronized (turn) {
                        return work.get();
                    }
                },
                call.worker());
    }

    private static ObjectNode json(String name, Set<Role> roles) {
        ObjectNode json = Json.object().put("name", name);
        ArrayNode words = json.putArray("roles");
        roles.forEach(role -> words.add(role.word()));
        return json;
    }

    private static String name(String text) {
        if (!text.matches(NAME) || text.equals(KeyRing.ADMIN)) {
            throw Problem.invalid(
                            "name",
                            "an operator's name begins with a small letter, has small letters,"
                                    + " digits, _ and -, at most 40, and is not 'admin'")
                    .raised();
        }
        return text;
    }

    private static Set<Role> roles(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            throw wrongRoles();
        }
        var roles = EnumSet.of(Role.READ);
        list.forEach(word -> roles.add(role(word)));
        return roles;
    }

    private static Role role(JsonNode word) {
        for (Role role : List.of(Role.READ, Role.OPERATE, Role.APPROVE)) {
            if (word.isString() && word.stringValue().equals(role.word())) {
                return role;
            }
        }
        throw wrongRoles();
    }

    private static Problem.Raised wrongRoles() {
        return Problem.invalid("roles", "'roles' lists some of read, operate and approve").raised();
    }

    private static long number(Call call, String name, long usual, long most) {
        String text = call.query(name);
        if (text == null) {
            return usual;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw Problem.invalid(name, "'" + name + "' is a whole number from 1 to " + most).raised();
    }

    private static Problem.Raised conflict(String message) {
        return Problem.of(409, "invalid_request_error", "conflict", null, message).raised();
    }
}
