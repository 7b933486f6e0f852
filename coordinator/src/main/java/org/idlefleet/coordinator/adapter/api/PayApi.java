package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.View;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.OwnerId;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** What work is paid by: the policy in force, and the terms of owners. */
final class PayApi {
    private final Desk desk;

    PayApi(Ports ports) {
        desk = ports.desk();
    }

    /** {@code POST /api/v1/ledger/policy}: the policy that counts from now on. */
    CompletableFuture<Reply> setPolicy(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("policy"));
        PayPolicy policy =
                LedgerApi.named("policy", () -> PolicyFile.parse(Json.text(body, "policy")));
        return Operator.done(
                desk,
                call,
                number -> new Command.SetPolicy(number, policy),
                () ->
                        Reply.json(
                                Json.object()
                                        .put("version", policy.version())
                                        .put("policy", PolicyFile.text(policy))));
    }

    /** {@code GET /api/v1/owners/{owner}/terms}. */
    CompletableFuture<Reply> terms(Call call) {
        OwnerId owner = owner("owner", call.path("owner"));
        return Operator.see(desk, call, new Query.OfPay())
                .thenApply(view ->
                        Reply.json(
                                json(
                                        owner,
                                        ((View.Pay) view)
                                                .terms()
                                                .getOrDefault(owner, OwnerTerms.NONE))));
    }

    /** {@code POST /api/v1/owners/{owner}/terms}: replaces all of them. */
    CompletableFuture<Reply> setTerms(Call call) {
        OwnerId owner = owner("owner", call.path("owner"));
        ObjectNode body =
                Json.read(call.body(), Set.of("region", "fleet", "referrer", "electricity"));
        OwnerTerms terms =
                LedgerApi.named(
                        "electricity",
                        () ->
                                new OwnerTerms(
                                        optional(body, "region").orElse(""),
                                        optional(body, "fleet").map(name -> owner("fleet", name)),
                                        optional(body, "referrer")
                                                .map(name -> owner("referrer", name)),
                                        electricity(body)));
        return Operator.done(
                desk,
                call,
                number -> new Command.SetOwnerTerms(number, owner, terms),
                () -> Reply.json(json(owner, terms)));
    }

    private static ObjectNode json(OwnerId owner, OwnerTerms terms) {
        ObjectNode json = Json.object().put("owner", owner.value()).put("region", terms.region());
        json.put("fleet", terms.fleet().map(OwnerId::value).orElse(""));
        json.put("referrer", terms.referrer().map(OwnerId::value).orElse(""));
        ArrayNode lines = json.putArray("electricity");
        for (Rates.Tariff tariff : terms.electricity()) {
            ObjectNode line =
                    lines.addObject()
                            .put("from", tariff.hours().from())
                            .put("to", tariff.hours().to());
            ArrayNode days = line.putArray("days");
            tariff.hours().days().forEach(day -> days.add(day.name().toLowerCase(Locale.ROOT)));
            line.put("micros_per_kwh", tariff.microsPerKwh());
        }
        return json;
    }

    private static List<Rates.Tariff> electricity(ObjectNode body) {
        var tariffs = new ArrayList<Rates.Tariff>();
        JsonNode lines = body.path("electricity");
        if (!lines.isMissingNode() && !lines.isArray()) {
            throw new IllegalArgumentException("'electricity' is a list of tariff lines");
        }
        for (JsonNode line : lines) {
            for (String key : line.propertyNames()) {
                if (!Set.of("from", "to", "days", "micros_per_kwh").contains(key)) {
                    throw new IllegalArgumentException(
                            "a line of 'electricity' has from, to, days and micros_per_kwh, found '"
                                    + key
                                    + "'");
                }
            }
            var days = new TreeSet<DayOfWeek>();
            for (JsonNode day : line.path("days")) {
                days.add(day(day.asString("")));
            }
            tariffs.add(
                    new Rates.Tariff(
                            new Hours("", whole(line, "from", 0), whole(line, "to", 24), days),
                            whole(line, "micros_per_kwh", -1)));
        }
        return tariffs;
    }

    private static DayOfWeek day(String text) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().equalsIgnoreCase(text)) {
                return day;
            }
        }
        throw new IllegalArgumentException("a day is such as monday, found '" + text + "'");
    }

    private static int whole(JsonNode line, String key, int otherwise) {
        JsonNode value = line.path(key);
        if (value.isMissingNode() && otherwise >= 0) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw new IllegalArgumentException(
                    "'" + key + "' of a line of 'electricity' is a whole number of 0 or more");
        }
        return value.intValue();
    }

    private static Optional<String> optional(ObjectNode body, String key) {
        return body.has(key)
                ? Optional.of(Json.text(body, key)).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    private static OwnerId owner(String param, String name) {
        return LedgerApi.named(param, () -> new OwnerId(name));
    }
}
