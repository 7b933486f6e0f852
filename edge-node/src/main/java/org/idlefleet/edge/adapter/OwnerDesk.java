package org.idlefleet.edge.adapter;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.diary.DiaryReport;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.adapter.page.Route;
import org.idlefleet.edge.adapter.record.SignalWeek;
import org.idlefleet.edge.gate.Linter;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Recording;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.protocol.adapter.ConfigException;
import org.idlefleet.protocol.adapter.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What the owner's page asks and says. Called by the page's thread. */
final class OwnerDesk {
    /** When a pause until tomorrow ends. */
    private static final LocalTime MORNING = LocalTime.of(6, 0);

    /** Characters that an owner may write for one rule. */
    private static final int VALUE_MAX = 2_000;

    /**
     * Recordings that rules are tried on: the node has little memory, and this takes ten times as
     * much.
     */
    private static final long RECORDINGS_BYTES_MAX = 4 << 20;

    private static final long PAUSE_MINUTES_MAX = Duration.ofDays(365).toMinutes();

    private final Path data;
    private final EdgeConfig config;
    private final InstantSource clock;
    private final Supplier<ObjectNode> status;
    private final DiaryKeeper diary;
    private final Supplier<List<String>> log;
    private final LiveConfig live;
    private final Supplier<Set<Quantity>> provided;

    /**
     * @param live rules and costs in use
     * @param provided what the sources of this device tell
     */
    OwnerDesk(
            EdgeConfig config,
            InstantSource clock,
            Supplier<ObjectNode> status,
            DiaryKeeper diary,
            Supplier<List<String>> log,
            LiveConfig live,
            Supplier<Set<Quantity>> provided) {
        this.data = config.data();
        this.config = config;
        this.clock = clock;
        this.status = status;
        this.diary = diary;
        this.log = log;
        this.live = live;
        this.provided = provided;
    }

    Map<String, Route> routes() {
        return Map.of(
                "GET /api/status",
                _ -> status(),
                "GET /api/diary",
                _ -> diary(),
                "GET /api/log",
                _ -> log(),
                "GET /api/rules",
                _ -> rules(),
                "POST /api/mode",
                this::mode,
                "POST /api/rules/check",
                this::check,
                "POST /api/rules/week",
                this::week,
                "POST /api/rules",
                this::save);
    }

    private ObjectNode status() {
        ObjectNode now = status.get();
        switch (OwnerMode.read(data)) {
            case OwnerMode.Run _ -> now.put("ownerMode", "run");
            case OwnerMode.Finish _ -> now.put("ownerMode", "finish");
            case OwnerMode.Pause pause -> {
                now.put("ownerMode", "pause");
                pause.until().ifPresent(at -> now.put("pausedUntil", at.toString()));
            }
        }
        return now;
    }

    private ObjectNode diary() {
        return diary.ask(known ->
                DiaryReport.json(known, live.costs(), live.rules().zone(), clock.instant()));
    }

    private ArrayNode log() {
        ArrayNode lines = Json.array();
        log.get().forEach(lines::add);
        return lines;
    }

    private JsonNode mode(JsonNode body) throws IOException {
        OwnerMode mode =
                switch (body.path("mode").asString("")) {
                    case "run" -> new OwnerMode.Run();
                    case "finish" -> new OwnerMode.Finish();
                    case "pause" -> new OwnerMode.Pause(until(body));
                    default ->
                            throw new IllegalArgumentException(
                                    "mode must be one of run, pause, finish");
                };
        OwnerMode.write(data, mode);
        return status();
    }

    private Optional<Instant> until(JsonNode body) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (body.path("until").asString("").equals("tomorrow")) {
            ZonedDateTime morning = now.atZone(live.rules().zone()).plusDays(1).with(MORNING);
            return Optional.of(morning.toInstant());
        }
        if (body.path("minutes").isMissingNode()) {
            return Optional.empty();
        }
        long minutes = body.path("minutes").asLong(0);
        if (minutes < 1 || minutes > PAUSE_MINUTES_MAX) {
            throw new IllegalArgumentException(
                    "minutes must be from 1 to " + PAUSE_MINUTES_MAX + ", found " + minutes);
        }
        return Optional.of(now.plus(Duration.ofMinutes(minutes)));
    }

    private ObjectNode rules() {
        ObjectNode root = Json.object();
        Map<RuleKey, List<String>> usual = config.savedRules().otherwise().texts();
        ArrayNode fields = root.putArray("fields");
        live.rules()
                .texts()
                .forEach((key, texts) ->
                        fields.addObject()
                                .put("key", key.key())
                                .put("kind", key.kind().name().toLowerCase(Locale.ROOT))
                                .put("unit", key.unit())
                                .put("meaning", key.meaning())
                                .put("value", String.join("\n", texts))
                                .put(
                                        "otherwise",
                                        String.join("\n", usual.getOrDefault(key, List.of()))));
        return root;
    }

    private ObjectNode check(JsonNode body) {
        Map<RuleKey, List<String>> said = said(body);
        ObjectNode root = Json.object();
        ObjectNode problems = root.putObject("problems");
        for (OwnerRules.Problem problem : OwnerRules.problems(said)) {
            problems.put(problem.key().key(), problem.text());
        }
        if (problems.isEmpty()) {
            preview(said, List.of(), root);
        }
        return root;
    }

    /** The same, and what the rules would have made of the last week's signals. */
    private ObjectNode week(JsonNode body) throws IOException {
        ObjectNode root = check(body);
        if (root.path("problems").isEmpty()) {
            List<Recording> recordings =
                    SignalWeek.read(DataDirectory.signals(data), RECORDINGS_BYTES_MAX);
            Linter.Report report = preview(said(body), recordings, root);
            root.put("recordedSeconds", report.recorded().toSeconds());
            root.put("openSeconds", report.open().toSeconds());
            ArrayNode shares = root.putArray("rules");
            report.shares()
                    .forEach(share ->
                            shares.addObject()
                                    .put("rule", share.rule())
                                    .put("closedSeconds", share.closed().toSeconds()));
        }
        return root;
    }

    /** What the linter says of rules. */
    private Linter.Report preview(
            Map<RuleKey, List<String>> said, List<Recording> recordings, ObjectNode into) {
        Linter.Report report =
                Linter.check(
                        OwnerRules.of(said, ZoneId.systemDefault()),
                        provided.get(),
                        recordings,
                        live.costs().costs().watts());
        ArrayNode warnings = into.putArray("warnings");
        report.warnings()
                .forEach(warning ->
                        warnings.addObject()
                                .put("rule", warning.rule())
                                .put("text", warning.text()));
        return report;
    }

    private ObjectNode save(JsonNode body) throws IOException {
        ObjectNode answer = check(body);
        if (!answer.path("problems").isEmpty()) {
            return answer.put("saved", false);
        }
        try {
            live.save(said(body));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return answer.put("saved", true);
    }

    private static Map<RuleKey, List<String>> said(JsonNode body) {
        var said = new EnumMap<RuleKey, List<String>>(RuleKey.class);
        body.path("values")
                .properties()
                .forEach(field -> {
                    String text = field.getValue().asString("").strip();
                    RuleKey key =
                            RuleKey.of(field.getKey())
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    "there is no rule '" + field.getKey() + "'"));
                    if (text.length() > VALUE_MAX) {
                        throw new IllegalArgumentException(
                                key.path() + " has more than " + VALUE_MAX + " characters");
                    }
                    said.put(key, key.list() ? lines(text) : List.of(text));
                });
        if (said.isEmpty()) {
            throw new IllegalArgumentException("'values' must say what each rule is");
        }
        return said;
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
