package org.idlefleet.figures.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.figures.chaos.Findings.Kind;
import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Clients who ask, hand in jobs and misbehave as long as they are let, and who remember what they
 * were told. Each of its loops has a thread of its own; all share what they remember.
 */
final class Clients implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Longer than any deadline that is asked for here. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Statuses that tell a client to come again, or that its time is over. */
    private static final Set<Integer> LATER = Set.of(429, 503);

    private static final int LATE = 504;

    /** Terms under which one liar alone can't get a wrong result accepted. */
    private static final List<Map<String, String>> SURE =
            List.of(
                    Map.of("idlefleet-quorum", "2"),
                    Map.of("idlefleet-quorum", "3"),
                    Map.of("idlefleet-assurance", "trusted-only"));

    /** Terms under which it can, until it is convicted. */
    private static final List<Map<String, String>> UNSURE =
            List.of(
                    Map.of("idlefleet-quorum", "1"),
                    Map.of("idlefleet-assurance", "verified"),
                    Map.of("idlefleet-assurance", "strict"),
                    Map.of("idlefleet-assurance", "standard"),
                    Map.of("idlefleet-assurance", "bulk"));

    private final URI base;
    private final AdminApi api;
    private final String key;
    private final List<String> models;
    private final List<String> texts;
    private final Outages outages;
    private final Findings findings;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final Map<String, String> vectors = new ConcurrentHashMap<>();
    private final Map<String, Wish> accepted = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicInteger> answers = new ConcurrentSkipListMap<>();
    private final Set<Got> unsure = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** The vectors of these texts, by a model, under these terms. */
    private record Wish(String model, List<Integer> texts, Map<String, String> terms) {
        String text(int item) {
            return model + " " + texts.get(item);
        }
    }

    /** A vector that a job gave for one of its items, under terms of this name. */
    private record Got(String job, String terms, int item, String text, String vector) {}

    /**
     * @param texts that are asked for, again and again
     */
    Clients(
            URI base,
            String key,
            List<String> models,
            List<String> texts,
            Outages outages,
            Findings findings) {
        this.base = base;
        this.api = new AdminApi(base, key);
        this.key = key;
        this.models = List.copyOf(models);
        this.texts = List.copyOf(texts);
        this.outages = outages;
        this.findings = findings;
    }

    /** Ends all loops after what they are at. */
    void stop() {
        over = true;
    }

    /** How often each HTTP status came, with the code of its error if it has one. */
    Map<String, Integer> answers() {
        var counts = new TreeMap<String, Integer>();
        answers.forEach((answer, count) -> counts.put(answer, count.get()));
        return counts;
    }

    /** Texts of which a vector is known, for each model. */
    int vectorsSeen() {
        return vectors.size();
    }

    Set<String> accepted() {
        return accepted.keySet();
    }

    /** Asks for embeddings, one request after the other, under all terms there are. */
    void ask(Random random) throws InterruptedException {
        while (!over) {
            Wish wish = wish(random, 1 + random.nextInt(40));
            int mark = outages.mark();
            HttpResponse<String> answer = post("/v1/embeddings", body(wish), wish.terms(), mark);
            if (answer != null && answer.statusCode() == 200) {
                String job = answer.headers().firstValue("idlefleet-job").orElse("");
                String wrong = compare(job, wish, JSON.readTree(answer.body()).path("data"));
                if (!wrong.isEmpty()) {
                    findings.add(Kind.ANSWERS, wrong);
                }
            }
            Thread.sleep(answer == null ? 500 : random.nextInt(100));
        }
    }

    /**
     * Hands in batch jobs, each again until it is acknowledged, some of them twice, and takes some
     * back.
     *
     * @param most items that may be open at the same time
     */
    void handIn(Random random, int most) throws InterruptedException {
        var open = new HashSet<String>();
        while (!over) {
            open.removeIf(this::ended);
            if (open.stream().mapToInt(id -> wish(id).texts().size()).sum() < most) {
                Wish wish = wish(random, 50 + random.nextInt(400));
                var headers = new TreeMap<>(wish.terms());
                headers.put("Idempotency-Key", UUID.randomUUID().toString());
                String id = handIn(wish, headers);
                if (id != null) {
                    open.add(id);
                    if (random.nextInt(4) == 0) {
                        String again = handIn(wish, headers);
                        if (again != null && !again.equals(id)) {
                            findings.add(Kind.JOBS, id + " was accepted again as " + again);
                        }
                    }
                    if (random.nextInt(15) == 0) {
                        cancel(id);
                    }
                }
            }
            Thread.sleep(500);
        }
    }

    /** The job's id; empty if the clients were stopped before anybody acknowledged it. */
    private @Nullable String handIn(Wish wish, Map<String, String> headers)
            throws InterruptedException {
        while (!over) {
            int mark = outages.mark();
            HttpResponse<String> answer = post("/api/v1/jobs", body(wish), headers, mark);
            if (answer != null && answer.statusCode() < 300) {
                String id = JSON.readTree(answer.body()).path("id").asString();
                Wish before = accepted.putIfAbsent(id, wish);
                if (before != null && !before.equals(wish)) {
                    findings.add(Kind.JOBS, id + " is the name of two jobs");
                }
                return id;
            }
            Thread.sleep(500);
        }
        return null;
    }

    boolean ended(String id) {
        JsonNode job = look("/api/v1/jobs/" + id);
        return job != null && !job.path("status").asString().equals("running");
    }

    /** What stands there; nothing if nobody answers or it is refused. */
    private @Nullable JsonNode look(String path) {
        try {
            return api.get(path);
        } catch (AdminApi.Problem e) {
            return null;
        }
    }

    /**
     * Whether an accepted job is done, with the vectors that its texts had before, or taken back.
     */
    void judge(String id) {
        JsonNode job = look("/api/v1/jobs/" + id);
        switch (job == null ? "" : job.path("status").asString()) {
            case "done" -> fetch(id);
            case "cancelled" -> {}
            default -> findings.add(Kind.JOBS, id + ": " + job);
        }
    }

    private void fetch(String id) {
        JsonNode output = look("/api/v1/jobs/" + id + "/output?format=json&encoding_format=base64");
        String wrong =
                output == null
                        ? "nothing to be fetched"
                        : compare(id, wish(id), output.path("data"));
        if (!wrong.isEmpty()) {
            findings.add(Kind.JOBS, id + ": " + wrong);
        }
    }

    /** Sends what no client sends, and hangs up in the middle of what one does. */
    void misbehave(Random random) throws InterruptedException {
        String good = JSON.writeValueAsString(body(wish(random, 30)));
        while (!over) {
            int mark = outages.mark();
            switch (random.nextInt(4)) {
                case 0 -> refused(mark, garbled(random, good), Map.of());
                case 1 -> refused(mark, good, Map.of("idlefleet-quorum", "-1"));
                case 2 -> hangUp(random, good);
                default -> noise(random);
            }
            Thread.sleep(200 + random.nextInt(800));
        }
    }

    /** What was garbled may still be a request, and that may find its time over. */
    private void refused(int mark, String body, Map<String, String> headers)
            throws InterruptedException {
        HttpResponse<String> answer = send("/v1/embeddings", body, headers, mark);
        int status = answer == null ? 0 : answer.statusCode();
        if (answer != null && status >= 500 && status != LATE && !LATER.contains(status)) {
            findings.add(
                    Kind.ANSWERS, status + " for nonsense: " + answer.body() + ", sent " + body);
        }
    }

    private static String garbled(Random random, String good) {
        var bad = new StringBuilder(good);
        int at = random.nextInt(bad.length());
        return switch (random.nextInt(3)) {
            case 0 -> bad.substring(0, at);
            case 1 -> bad.insert(at, (char) random.nextInt(256)).toString();
            default -> bad.deleteCharAt(at).toString();
        };
    }

    private void hangUp(Random random, String body) throws InterruptedException {
        String head =
                "POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Authorization: Bearer "
                        + key
                        + "\r\nContent-Length: "
                        + body.getBytes(UTF_8).length
                        + "\r\n\r\n";
        byte[] whole = (head + body).getBytes(UTF_8);
        int sent = random.nextBoolean() ? whole.length : random.nextInt(whole.length);
        raw(whole, sent, random.nextInt(300));
    }

    private void noise(Random random) throws InterruptedException {
        var bytes = new byte[1 + random.nextInt(4_000)];
        random.nextBytes(bytes);
        raw(bytes, bytes.length, random.nextInt(300));
    }

    private void raw(byte[] bytes, int count, int millis) throws InterruptedException {
        try (var socket = new Socket(base.getHost(), base.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes, 0, count);
            out.flush();
            Thread.sleep(millis);
        } catch (IOException e) {
            // It was thrown out, or nobody is there: as it should be.
        }
    }

    /**
     * Holds vectors under sure terms against what their texts had before, and keeps all others
     * until {@link #lies}; what is wrong with them as a whole.
     */
    private String compare(String job, Wish wish, JsonNode data) {
        if (data.size() != wish.texts().size()) {
            return data.size() + " vectors for " + wish.texts().size() + " texts";
        }
        for (int i = 0; i < data.size(); i++) {
            String text = wish.text(i);
            String vector = data.get(i).path("embedding").asString();
            if (UNSURE.contains(wish.terms())) {
                String terms = (accepted.containsKey(job) ? "batch." : "") + name(wish.terms());
                unsure.add(new Got(job, terms, i, text, vector));
                continue;
            }
            String before = vectors.putIfAbsent(text, vector);
            if (before != null && !before.equals(vector)) {
                findings.add(Kind.VECTORS, "text " + text + " has another vector than before");
            }
        }
        return "";
    }

    /**
     * How many vectors under which of the unsure terms were lies, once all is calm. One that the
     * liar did not compute must not be, nor one that audits found right; of a text that nobody
     * asked for under sure terms nothing is known.
     */
    Map<String, Integer> lies(String liar) {
        var lies = new TreeMap<String, Integer>();
        for (Got got : unsure) {
            String right = vectors.get(got.text());
            if (right == null || right.equals(got.vector())) {
                continue;
            }
            lies.merge(got.terms(), 1, Integer::sum);
            JsonNode job = look("/api/v1/jobs/" + got.job());
            if (job == null || !computed(liar, job, got.item())) {
                findings.add(
                        Kind.VECTORS,
                        "text "
                                + got.text()
                                + " has another vector in "
                                + got.job()
                                + ", which no lie of "
                                + liar
                                + " is: "
                                + job);
            } else if (got.terms().endsWith("verified") && !told(job, got.item())) {
                findings.add(
                        Kind.VECTORS,
                        got.job() + " has all its results audited, and a lie is left: " + job);
            }
        }
        return lies;
    }

    /** Whether the result for the item was withdrawn, or the job says that audits are missing. */
    private static boolean told(JsonNode job, int item) {
        JsonNode verification = job.path("verification");
        int done =
                verification.path("audits_passed").asInt()
                        + verification.path("audits_refuted").asInt();
        return !withdrawn(job, item).isEmpty() || verification.path("audits_drawn").asInt() > done;
    }

    /** Owners whose results for the item were withdrawn. */
    private static List<String> withdrawn(JsonNode job, int item) {
        var owners = new ArrayList<String>();
        for (JsonNode wrong : job.path("verification").path("retracted")) {
            if (covers(wrong, item)) {
                owners.add(wrong.path("owner").asString());
            }
        }
        return owners;
    }

    private static String name(Map<String, String> terms) {
        return terms.getOrDefault("idlefleet-assurance", "quorum");
    }

    /** Whether a result of this owner for the item stands in the job, or was withdrawn there. */
    private static boolean computed(String owner, JsonNode job, int item) {
        for (JsonNode shard : job.path("shards")) {
            for (JsonNode vote : shard.path("votes")) {
                if (covers(shard, item) && vote.path("owner").asString().equals(owner)) {
                    return true;
                }
            }
        }
        return withdrawn(job, item).contains(owner);
    }

    private static boolean covers(JsonNode range, int item) {
        return range.path("from").asInt() <= item && item < range.path("to").asInt();
    }

    private Wish wish(Random random, int count) {
        int first = random.nextInt(texts.size());
        List<Map<String, String>> terms = random.nextBoolean() ? SURE : UNSURE;
        return new Wish(
                models.get(random.nextInt(models.size())),
                IntStream.range(0, count).mapToObj(i -> (first + i) % texts.size()).toList(),
                terms.get(random.nextInt(terms.size())));
    }

    private Wish wish(String id) {
        return accepted.getOrDefault(id, new Wish("", List.of(), Map.of()));
    }

    private Map<String, Object> body(Wish wish) {
        return Map.of(
                "model",
                wish.model(),
                "input",
                wish.texts().stream().map(texts::get).toList(),
                "encoding_format",
                "base64");
    }

    /** The answer to a good request; nothing if there is none. */
    private @Nullable HttpResponse<String> post(
            String path, Map<String, Object> body, Map<String, String> headers, int mark)
            throws InterruptedException {
        HttpResponse<String> answer = send(path, JSON.writeValueAsString(body), headers, mark);
        if (answer == null) {
            return null;
        }
        int status = answer.statusCode();
        if (LATER.contains(status)) {
            if (answer.headers().firstValue("retry-after").isEmpty()) {
                findings.add(Kind.ANSWERS, status + " without retry-after: " + answer.body());
            }
        } else if (status >= 300 && status != LATE) {
            findings.add(
                    Kind.ANSWERS, status + " for a good request to " + path + ": " + answer.body());
        }
        return answer;
    }

    private @Nullable HttpResponse<String> send(
            String path, String body, Map<String, String> headers, int mark)
            throws InterruptedException {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            HttpResponse<String> answer =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
            answers.computeIfAbsent(told(answer), _ -> new AtomicInteger()).incrementAndGet();
            return answer;
        } catch (IOException e) {
            if (outages.noneSince(mark)) {
                findings.add(Kind.ANSWERS, "no answer to a request to " + path + ": " + e);
            }
            return null;
        }
    }

    private static String told(HttpResponse<String> answer) {
        String status = Integer.toString(answer.statusCode());
        return answer.statusCode() < 300
                ? status
                : status + "." + JSON.readTree(answer.body()).path("error").path("code").asString();
    }

    private void cancel(String id) {
        try {
            api.delete("/api/v1/jobs/" + id);
        } catch (AdminApi.Problem e) {
            // Then it is done after all.
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + key);
    }

    @Override
    public void close() {
        http.shutdownNow();
        api.close();
    }
}
