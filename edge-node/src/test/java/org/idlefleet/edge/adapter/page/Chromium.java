package org.idlefleet.edge.adapter.page;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium with one tab, driven over its DevTools protocol. */
public final class Chromium implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int SECONDS_MAX = 60;

    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private final String session;

    /** The browser's program on this machine; empty if there is none. */
    public static Optional<Path> installed() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name ->
                        Stream.of(path.split(File.pathSeparator))
                                .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it.
     *
     * @param profile an empty directory for what it keeps
     */
    public Chromium(Path program, Path profile) throws Exception {
        process =
                new ProcessBuilder(
                                program.toString(),
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--no-first-run",
                                "--hide-scrollbars",
                                "--lang=en-GB",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "about:blank")
                        .redirectErrorStream(true)
                        .redirectOutput(profile.resolve("chromium.log").toFile())
                        .start();
        socket =
                client.newWebSocketBuilder()
                        .buildAsync(endpoint(profile), new Listener())
                        .get(SECONDS_MAX, TimeUnit.SECONDS);
        String target =
                send("", "Target.createTarget", Map.of("url", "about:blank"))
                        .path("targetId")
                        .asString();
        session =
                send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .path("sessionId")
                        .asString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    private URI endpoint(Path profile) throws IOException, InterruptedException {
        Path file = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (System.nanoTime() < end && process.isAlive()) {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() == 2) {
                return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
            }
            Thread.sleep(20);
        }
        throw new IOException(
                "Chromium did not start: " + Files.readString(profile.resolve("chromium.log")));
    }

    /** Calls a method of the protocol for the tab. */
    public JsonNode call(String method, Map<String, Object> parameters) throws Exception {
        return send(session, method, parameters);
    }

    private JsonNode send(String of, String method, Map<String, Object> parameters)
            throws Exception {
        int id = calls.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!of.isEmpty()) {
            message.put("sessionId", of);
        }
        var answer = new CompletableFuture<JsonNode>();
        answers.put(id, answer);
        synchronized (socket) {
            socket.sendText(message.toString(), true).get(SECONDS_MAX, TimeUnit.SECONDS);
        }
        JsonNode told = answer.get(SECONDS_MAX, TimeUnit.SECONDS);
        if (!told.path("error").isMissingNode()) {
            throw new IOException(method + ": " + told.path("error"));
        }
        return told.path("result");
    }

    /** The value of an expression in the page. */
    public JsonNode evaluate(String expression) throws Exception {
        JsonNode result =
                call(
                        "Runtime.evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "returnByValue",
                                true,
                                "awaitPromise",
                                true));
        if (!result.path("exceptionDetails").isMissingNode()) {
            throw new IOException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Waits until an expression is true in the page. */
    public void await(String expression) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "never true: "
                                + expression
                                + "; the page says "
                                + evaluate("document.body.innerText"));
            }
            Thread.sleep(50);
        }
    }

    /** Goes somewhere in a window of this width. */
    public void open(String address, int width, boolean dark) throws Exception {
        size(width, 900);
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-color-scheme",
                                        "value",
                                        dark ? "dark" : "light"))));
        call("Page.navigate", Map.of("url", address));
    }

    private void size(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
    }

    /** The whole page as a picture. */
    public void picture(Path file) throws Exception {
        String data =
                call(
                                "Page.captureScreenshot",
                                Map.of("format", "png", "captureBeyondViewport", true))
                        .path("data")
                        .asString();
        Files.write(file, Base64.getDecoder().decode(data));
    }

    /** Errors of the console, exceptions and breaches of the policy since the start. */
    public List<String> complaints() {
        synchronized (complaints) {
            return List.copyOf(complaints);
        }
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }

    private void hear(JsonNode message) {
        JsonNode id = message.path("id");
        CompletableFuture<JsonNode> answer = id.isMissingNode() ? null : answers.remove(id.asInt());
        if (answer != null) {
            answer.complete(message);
            return;
        }
        JsonNode told = message.path("params");
        boolean bad =
                switch (message.path("method").asString("")) {
                    case "Runtime.exceptionThrown" -> true;
                    case "Runtime.consoleAPICalled" ->
                            List.of("error", "assert", "warning")
                                    .contains(told.path("type").asString(""));
                    case "Log.entryAdded" ->
                            List.of("error", "warning")
                                    .contains(told.path("entry").path("level").asString(""));
                    case "Network.requestWillBeSent" ->
                            !told.path("request")
                                    .path("url")
                                    .asString("")
                                    .matches(
                                            "(http://(127\\.0\\.0\\.1|localhost|\\[::1\\]):\\d+/.*|about:.*|data:.*)");
                    default -> false;
                };
        if (bad) {
            synchronized (complaints) {
                complaints.add(message.path("method").asString() + " " + told);
            }
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hear(JSON.readTree(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }
}
