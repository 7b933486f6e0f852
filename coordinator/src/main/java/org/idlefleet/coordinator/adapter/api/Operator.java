package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.ClientTerms;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.EnrolmentToken;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * What the operator sees and does. Whatever the core would refuse by throwing is refused here: a
 * bad name must not stop the loop.
 */
final class Operator {
    private static final Duration TOKEN_TIME = Duration.ofHours(24);
    private static final Duration TOKEN_TIME_MAX = Duration.ofDays(30);
    private static final Money FUNDS_MAX = Money.ofUnits(1_000_000_000);
    private static final int REASON_MAX = 200;

    private final Ports ports;
    private final Desk desk;
    private final SecureRandom random;
    private final KeyRing keys;
    private final InstantSource clock;

    Operator(Ports ports, KeyRing keys, InstantSource clock, SecureRandom random) {
        this.ports = ports;
        this.desk = ports.desk();
        this.random = random;
        this.keys = keys;
        this.clock = clock;
    }

    /** Shows one view as it is. */
    Route.Handler look(Query query) {
        return call -> look(call, query);
    }

    /** {@code GET /api/v1/clients/{client}}. */
    CompletableFuture<Reply> client(Call call) {
        return look(
                call, new Query.OfClient(named("client", () -> new ClientId(call.path("client")))));
    }

    /** {@code GET /api/v1/account}: a client looks at its own money. */
    CompletableFuture<Reply> account(Call call) {
        return look(call, new Query.OfClient(call.client().client()));
    }

    /** {@code POST /api/v1/tokens}. */
    CompletableFuture<Reply> token(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("owner", "valid_seconds"));
        var owner = named("owner", () -> new OwnerId(Json.text(body, "owner")));
        Instant expires = clock.instant().plus(validity(body));
        EnrolmentToken token = EnrolmentToken.create(owner, ports.authority(), random);
        return done(
                call,
                number -> new Command.IssueToken(number, owner, token.hash(), expires),
                () ->
                        Reply.json(
                                201,
                                Json.object()
                                        .put("token", token.text())
                                        .put("owner", owner.value())
                                        .put("expires", expires.toString())));
    }

    /** {@code POST /api/v1/models}: the manifest and its files are in the model store already. */
    CompletableFuture<Reply> addModel(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("manifest"));
        Digest digest = named("manifest", () -> Digest.ofHex(Json.text(body, "manifest")));
        ModelManifest manifest =
                ports.catalogue()
                        .manifest(digest)
                        .orElseThrow(() ->
                                Problem.invalid(
                                                "manifest",
                                                "no manifest "
                                                        + digest.hex()
                                                        + " is in the model store; add it"
                                                        + " with 'idlefleet model add'")
                                        .raised());
        return done(
                call,
                number -> new Command.RegisterModel(number, ModelSpec.of(digest, manifest)),
                () ->
                        Reply.json(
                                201,
                                Json.object()
                                        .put("id", manifest.model().value())
                                        .put("manifest", digest.hex())));
    }

    /** {@code POST /api/v1/keys}. */
    CompletableFuture<Reply> createKey(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("client"));
        var client = named("client", () -> new ClientId(Json.text(body, "client")));
        KeyRing.Fresh key = keys.fresh();
        return done(
                call,
                number -> new Command.CreateApiKey(number, key.id(), client, key.hash()),
                () -> {
                    keys.add(key.id(), client, key.hash());
                    return Reply.json(
                            201,
                            Json.object()
                                    .put("id", key.id())
                                    .put("key", key.key())
                                    .put("client", client.value()));
                });
    }

    /** {@code POST /api/v1/keys/{key}/revoke}. */
    CompletableFuture<Reply> revokeKey(Call call) {
        String key = call.path("key");
        if (key.equals(KeyRing.ADMIN)) {
            throw Problem.invalid(
                            null, "the admin key is a file of the coordinator; replace it there")
                    .raised();
        }
        return done(
                call,
                number -> new Command.RevokeApiKey(number, key),
                () -> {
                    keys.remove(key);
                    return Reply.json(Json.object().put("id", key).put("revoked", true));
                });
    }

    /** {@code POST /api/v1/funds}. */
    CompletableFuture<Reply> fund(Call call) {
        return payment(
                call,
                paid ->
                        number ->
                                new Command.FundClient(
                                        number, paid.client(), paid.amount(), paid.reference()));
    }

    /** {@code POST /api/v1/chargebacks}. */
    CompletableFuture<Reply> chargeBack(Call call) {
        return payment(
                call,
                paid ->
                        number ->
                                new Command.ChargeBack(
                                        number, paid.client(), paid.amount(), paid.reference()));
    }

    /** A client's payment, as a request names it. */
    private record Paid(ClientId client, Money amount, String reference) {}

    private CompletableFuture<Reply> payment(
            Call call, Function<Paid, LongFunction<Command.Asked>> wish) {
        ObjectNode body = Json.read(call.body(), Set.of("client", "amount", "reference"));
        var client = named("client", () -> new ClientId(Json.text(body, "client")));
        var paid = new Paid(client, amount(body), Json.text(body, "reference"));
        named("reference", () -> Transaction.fund(client.value(), paid.reference(), paid.amount()));
        return done(
                call,
                wish.apply(paid),
                () ->
                        Reply.json(
                                Json.object()
                                        .put("client", client.value())
                                        .put("amount", paid.amount().toString())
                                        .put("reference", paid.reference())));
    }

    /** {@code POST /api/v1/nodes/{node}/ban}. */
    CompletableFuture<Reply> ban(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("reason"));
        var node = named("node", () -> new NodeId(call.path("node")));
        String reason = reason(body);
        return done(
                call,
                number -> new Command.BanNode(number, node, reason),
                () -> Reply.json(Json.object().put("id", node.value()).put("banned", true)));
    }

    /** {@code POST /api/v1/owners/{owner}/trust}. */
    CompletableFuture<Reply> trust(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("trusted"));
        var owner = named("owner", () -> new OwnerId(call.path("owner")));
        JsonNode wish = body.get("trusted");
        if (wish == null || !wish.isBoolean()) {
            throw Problem.invalid("trusted", "'trusted' is true or false").raised();
        }
        boolean trusted = wish.booleanValue();
        return done(
                call,
                number -> new Command.TrustOwner(number, owner, trusted),
                () -> Reply.json(Json.object().put("id", owner.value()).put("trusted", trusted)));
    }

    /** {@code POST /api/v1/owners/{owner}/reinstate}. */
    CompletableFuture<Reply> reinstate(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("reason"));
        var owner = named("owner", () -> new OwnerId(call.path("owner")));
        String reason = reason(body);
        return done(
                call,
                number -> new Command.ReinstateOwner(number, owner, reason),
                () -> Reply.json(Json.object().put("id", owner.value()).put("reinstated", true)));
    }

    /** {@code POST /api/v1/clients/{client}/terms}: what is left out stays as it is. */
    CompletableFuture<Reply> terms(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("usual_assurance", "floor_assurance"));
        var client = named("client", () -> new ClientId(call.path("client")));
        return see(desk, call, new Query.OfClient(client))
                .thenCompose(view -> {
                    ClientTerms now = ((View.Client) view).terms();
                    var terms =
                            new ClientTerms(
                                    assurance(body, "usual_assurance", now.usual()),
                                    assurance(body, "floor_assurance", now.floor()));
                    return done(
                            call,
                            number -> new Command.SetTerms(number, client, terms),
                            () ->
                                    Reply.json(
                                            Json.object()
                                                    .put("client", client.value())
                                                    .put("usual_assurance", terms.usual().word())
                                                    .put("floor_assurance", terms.floor().word())));
                });
    }

    private static Assurance assurance(ObjectNode body, String field, Assurance unsaid) {
        return body.get(field) == null ? unsaid : Terms.assurance(field, Json.text(body, field));
    }

    private static String reason(ObjectNode body) {
        String reason = Json.text(body, "reason");
        if (reason.length() > REASON_MAX) {
            throw Problem.invalid("reason", "a reason has at most " + REASON_MAX + " characters")
                    .raised();
        }
        return reason;
    }

    private CompletableFuture<Reply> look(Call call, Query query) {
        return see(desk, call, query).thenApply(view -> Reply.json(Views.json(view)));
    }

    private CompletableFuture<Reply> done(
            Call call, LongFunction<Command.Asked> command, Supplier<Reply> reply) {
        return done(desk, call, command, reply);
    }

    /** Leaves a wish; what is replied once it is so. */
    static CompletableFuture<Reply> done(
            Desk desk, Call call, LongFunction<Command.Asked> command, Supplier<Reply> reply) {
        return desk.ask(call.worker(), command)
                .thenApply(answer ->
                        switch (answer) {
                            case Answer.Done _ -> reply.get();
                            case Answer.Refused refused ->
                                    throw Refusals.of(refused.refusal()).raised();
                            case Answer.Admitted _,
                                    Answer.Repeated _,
                                    Answer.Enrolled _,
                                    Answer.Seen _ ->
                                    throw new IllegalStateException(
                                            "expected done or refused, found " + answer);
                        });
    }

    /** Asks for a view; what depends on it runs on a worker, for it may be long. */
    static CompletableFuture<View> see(Desk desk, Call call, Query query) {
        return desk.ask(call.worker(), number -> new Command.Look(number, query))
                .thenApply(Operator::seen);
    }

    static View seen(Answer answer) {
        return switch (answer) {
            case Answer.Seen seen -> seen.view();
            case Answer.Refused refused -> throw Refusals.of(refused.refusal()).raised();
            case Answer.Admitted _, Answer.Repeated _, Answer.Done _, Answer.Enrolled _ ->
                    throw new IllegalStateException("expected a view, found " + answer);
        };
    }

    private static Duration validity(ObjectNode body) {
        JsonNode value = body.get("valid_seconds");
        if (value == null) {
            return TOKEN_TIME;
        }
        boolean ok =
                value.isIntegralNumber()
                        && value.canConvertToLong()
                        && value.longValue() >= 1
                        && value.longValue() <= TOKEN_TIME_MAX.toSeconds();
        if (!ok) {
            throw Problem.invalid(
                            "valid_seconds",
                            "'valid_seconds' is 1 to " + TOKEN_TIME_MAX.toSeconds())
                    .raised();
        }
        return Duration.ofSeconds(value.longValue());
    }

    /** An amount as text, so that no floating point touches money; whole numbers are fine, too. */
    private static Money amount(ObjectNode body) {
        JsonNode value = body.get("amount");
        boolean readable = value != null && (value.isString() || value.isIntegralNumber());
        String text = readable ? value.asString() : "";
        Money amount = text.length() > 40 ? Money.ZERO : named("amount", () -> Money.parse(text));
        if (!amount.isPositive() || amount.compareTo(FUNDS_MAX) > 0) {
            throw Problem.invalid("amount", "an amount is more than 0 and at most " + FUNDS_MAX)
                    .raised();
        }
        return amount;
    }

    private static <T> T named(String param, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(param, String.valueOf(e.getMessage())).raised();
        }
    }
}
