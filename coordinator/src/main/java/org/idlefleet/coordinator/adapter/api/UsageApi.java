package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.report.Billed;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Usage and costs in OpenAI's shape, from the ledger: what was settled, by the time of booking and,
 * if asked, by model, client and API key. A client is a project; it sees itself, the operator sees
 * all. Jobs of which no key is on record have {@code null} for it.
 */
final class UsageApi {
    private static final String CURRENCY = "credit";

    /** What OpenAI's endpoint groups usage by; we know no users. */
    private static final Set<String> USAGE_GROUPS =
            sorted("project_id", "user_id", "api_key_id", "model");

    private static final Set<String> COST_GROUPS = sorted("project_id", "line_item", "api_key_id");

    private final Books books;
    private final InstantSource clock;

    UsageApi(Ports ports, InstantSource clock) {
        books = ports.books();
        this.clock = clock;
    }

    private static Set<String> sorted(String... names) {
        return new TreeSet<>(List.of(names));
    }

    /** What is added up: one line of a bucket. */
    private record Group(Optional<String> model, Optional<String> client, Optional<String> key)
            implements Comparable<Group> {
        private static final Comparator<Group> ORDER =
                Comparator.comparing((Group group) -> group.model().orElse(""))
                        .thenComparing(group -> group.client().orElse(""))
                        .thenComparing(group -> group.key().orElse(""));

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }

    private static final class Sum {
        long requests;
        long tokens;
        Money cost = Money.ZERO;
    }

    /** {@code GET /v1/organization/usage/embeddings}. */
    CompletableFuture<Reply> embeddings(Call call) {
        var page = Page.of(call, clock.instant(), List.of("1d", "1h", "1m"), USAGE_GROUPS);
        return answer(
                call,
                page,
                (group, sum) -> {
                    ObjectNode result =
                            Json.object()
                                    .put("object", "organization.usage.embeddings.result")
                                    .put("input_tokens", sum.tokens)
                                    .put("num_model_requests", sum.requests);
                    put(result, "project_id", group.client());
                    result.putNull("user_id");
                    put(result, "api_key_id", group.key());
                    return put(result, "model", group.model());
                });
    }

    /** {@code GET /v1/organization/costs}: by day; a line item is a model. */
    CompletableFuture<Reply> costs(Call call) {
        var page = Page.of(call, clock.instant(), List.of("1d"), COST_GROUPS);
        return answer(
                call,
                page,
                (group, sum) -> {
                    ObjectNode result = Json.object().put("object", "organization.costs.result");
                    result.putObject("amount")
                            .put("value", new BigDecimal(sum.cost.toString()))
                            .put("currency", CURRENCY);
                    put(result, "line_item", group.model());
                    put(result, "api_key_id", group.key());
                    return put(result, "project_id", group.client());
                });
    }

    private interface Line {
        ObjectNode of(Group group, Sum sum);
    }

    private CompletableFuture<Reply> answer(Call call, Page page, Line line) {
        Optional<String> own =
                call.caller() instanceof Caller.Client client
                        ? Optional.of(client.client().value())
                        : Optional.empty();
        return CompletableFuture.supplyAsync(
                () -> Reply.json(json(page, add(page, own), line)), call.worker());
    }

    private SortedMap<Instant, SortedMap<Group, Sum>> add(Page page, Optional<String> own) {
        var buckets = new TreeMap<Instant, SortedMap<Group, Sum>>();
        WorkFacts facts = books.facts().get();
        try (var reader = books.reader()) {
            reader.visit(page.from(), page.to(), row -> add(page, own, facts, row, buckets));
        }
        return buckets;
    }

    private static void add(
            Page page,
            Optional<String> own,
            WorkFacts facts,
            BookedRow row,
            SortedMap<Instant, SortedMap<Group, Sum>> buckets) {
        Billed billed = Billed.of(row.transaction().id());
        boolean counts =
                switch (billed.use()) {
                    case JOB, WORK, REFUND -> true;
                    case PAYMENT, TAKEN_BACK, NONE -> false;
                };
        if (!counts) {
            return;
        }
        paid(row.transaction())
                .forEach((client, cost) -> {
                    if (own.orElse(client).equals(client) && page.ofClient(client)) {
                        add(page, facts, row.bookedAt(), billed, client, cost, buckets);
                    }
                });
    }

    private static void add(
            Page page,
            WorkFacts facts,
            Instant at,
            Billed billed,
            String client,
            Money cost,
            SortedMap<Instant, SortedMap<Group, Sum>> buckets) {
        Optional<WorkFacts.Facts> known = facts.of(billed.work());
        Optional<String> model = known.map(WorkFacts.Facts::model);
        if (!page.models().isEmpty() && !page.models().contains(model.orElse(""))) {
            return;
        }
        Optional<String> key = known.map(WorkFacts.Facts::key).filter(id -> !id.isEmpty());
        if (!page.keys().isEmpty() && !page.keys().contains(key.orElse(""))) {
            return;
        }
        var group =
                new Group(
                        page.byModel() ? model : Optional.empty(),
                        page.byClient() ? Optional.of(client) : Optional.empty(),
                        page.byKey() ? key : Optional.empty());
        Sum sum =
                buckets.computeIfAbsent(page.bucket(at), _ -> new TreeMap<>())
                        .computeIfAbsent(group, _ -> new Sum());
        sum.cost = sum.cost.plus(cost);
        switch (billed.use()) {
            case JOB -> sum.requests++;
            case WORK -> sum.tokens += known.map(WorkFacts.Facts::units).orElse(0L);
            case REFUND, PAYMENT, TAKEN_BACK, NONE -> {}
        }
    }

    /** What left each client's accounts; what came back is less than nothing. */
    private static SortedMap<String, Money> paid(Transaction transaction) {
        var paid = new TreeMap<String, Money>();
        for (Posting posting : transaction.postings()) {
            if (posting.account().path().startsWith("client:")) {
                paid.merge(posting.account().name(), posting.amount().negate(), Money::plus);
            }
        }
        return paid;
    }

    private static ObjectNode json(
            Page page, SortedMap<Instant, SortedMap<Group, Sum>> buckets, Line line) {
        ObjectNode root = Json.object().put("object", "page");
        ArrayNode data = root.putArray("data");
        for (Instant start = page.from(); start.isBefore(page.to()); start = page.next(start)) {
            Instant end = page.next(start).isBefore(page.to()) ? page.next(start) : page.to();
            ArrayNode results =
                    data.addObject()
                            .put("object", "bucket")
                            .put("start_time", start.getEpochSecond())
                            .put("end_time", end.getEpochSecond())
                            .putArray("results");
            buckets.getOrDefault(start, new TreeMap<>())
                    .forEach((group, sum) -> results.add(line.of(group, sum)));
        }
        boolean more = page.to().isBefore(page.end());
        root.put("has_more", more);
        return more
                ? root.put("next_page", Long.toString(page.to().getEpochSecond()))
                : root.putNull("next_page");
    }

    private static ObjectNode put(ObjectNode node, String key, Optional<String> value) {
        return value.isPresent() ? node.put(key, value.get()) : node.putNull(key);
    }

    /**
     * The time asked for, in buckets.
     *
     * @param to where this page ends
     * @param end where the last page ends
     */
    private record Page(
            Instant from,
            Instant to,
            Instant end,
            Duration width,
            List<String> models,
            List<String> keys,
            List<String> clients,
            boolean byModel,
            boolean byClient,
            boolean byKey) {
        private static final int LIMIT_MAX = 1_440;

        static Page of(Call call, Instant now, List<String> widths, Set<String> groupings) {
            String width = LedgerApi.text(call, "bucket_width", "1d");
            if (!widths.contains(width)) {
                throw Problem.invalid(
                                "bucket_width",
                                "'bucket_width' is one of " + String.join(", ", widths))
                        .raised();
            }
            Duration bucket =
                    switch (width) {
                        case "1d" -> Duration.ofDays(1);
                        case "1h" -> Duration.ofHours(1);
                        default -> Duration.ofMinutes(1);
                    };
            Instant start = seconds(call, "start_time", Optional.empty());
            Instant from =
                    call.query("page") == null ? start : seconds(call, "page", Optional.empty());
            Instant end = seconds(call, "end_time", Optional.of(now.plusSeconds(1)));
            long usual = width.equals("1d") ? 7 : width.equals("1h") ? 24 : 60;
            long limit = number(call, "limit", usual);
            if (limit < 1 || limit > LIMIT_MAX) {
                throw Problem.invalid("limit", "'limit' is 1 to " + LIMIT_MAX).raised();
            }
            Instant furthest = floor(from, bucket).plus(bucket.multipliedBy(limit));
            List<String> groups = list(call, "group_by");
            for (String group : groups) {
                if (!groupings.contains(group)) {
                    throw Problem.invalid(
                                    "group_by",
                                    "'group_by' is of "
                                            + String.join(", ", groupings)
                                            + ", found '"
                                            + group
                                            + "'")
                            .raised();
                }
            }
            return new Page(
                    floor(from, bucket),
                    end.isBefore(furthest) ? end : furthest,
                    end,
                    bucket,
                    list(call, "models"),
                    list(call, "api_key_ids"),
                    list(call, "project_ids"),
                    groups.contains("model") || groups.contains("line_item"),
                    groups.contains("project_id"),
                    groups.contains("api_key_id"));
        }

        boolean ofClient(String client) {
            return clients.isEmpty() || clients.contains(client);
        }

        Instant bucket(Instant at) {
            return floor(at, width);
        }

        Instant next(Instant start) {
            return start.plus(width);
        }

        private static Instant floor(Instant at, Duration width) {
            long seconds = width.toSeconds();
            return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), seconds) * seconds);
        }

        private static Instant seconds(Call call, String name, Optional<Instant> otherwise) {
            if (call.query(name) == null && otherwise.isPresent()) {
                return otherwise.get();
            }
            return Instant.ofEpochSecond(number(call, name, -1));
        }

        private static long number(Call call, String name, long otherwise) {
            String text = LedgerApi.text(call, name, Long.toString(otherwise));
            if (!text.matches("\\d{1,11}")) {
                throw Problem.invalid(
                                name,
                                "'"
                                        + name
                                        + "' is a whole number; times are seconds since 1970, found"
                                        + " '"
                                        + text
                                        + "'")
                        .raised();
            }
            return Long.parseLong(text);
        }

        /** OpenAI's clients repeat a parameter, some with {@code []} behind; commas work, too. */
        private static List<String> list(Call call, String name) {
            return Stream.of(name, name + "[]")
                    .flatMap(key -> call.queries(key).stream())
                    .flatMap(text -> Arrays.stream(text.split(",", -1)))
                    .filter(value -> !value.isEmpty())
                    .toList();
        }
    }
}
