package org.idlefleet.edge.adapter.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Everybody who may not, at a real socket. */
class PageTest {
    @TempDir private Path directory = Path.of("");
    private final List<String> posted = new ArrayList<>();
    private Page page;
    private String host = "";
    private String cookie = "";

    @BeforeEach
    void start() throws IOException {
        page =
                Page.start(
                        0,
                        directory.resolve("page-address"),
                        Map.of(
                                "GET /api/status",
                                _ -> JsonMapper.shared().createObjectNode().put("secret", "yes"),
                                "POST /api/mode",
                                body -> {
                                    posted.add(body.path("mode").asString());
                                    return JsonMapper.shared().createObjectNode();
                                }));
        host = "127.0.0.1:" + page.address().port();
        cookie =
                "Cookie: idlefleet-"
                        + page.address().port()
                        + "="
                        + page.address().token()
                        + "\r\n";
    }

    @AfterEach
    void stop() {
        page.close();
    }

    private String ask(String request, String headers, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), page.address().port())) {
            socket.setSoTimeout(30_000);
            String text =
                    request
                            + " HTTP/1.1\r\nConnection: close\r\n"
                            + headers
                            + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n")
                            + "\r\n"
                            + body;
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String host() {
        return "Host: " + host + "\r\n";
    }

    private String origin() {
        return "Origin: http://" + host + "\r\n";
    }

    @Test
    void theTokenOpensOnceAndTheCookieFromThenOn() throws IOException {
        String token = page.address().token();
        String entry = ask("GET /?token=" + token, host(), "");
        assertThat(entry)
                .startsWith("HTTP/1.1 303")
                .containsIgnoringCase("location: /\r\n")
                .contains("=" + token + "; Path=/; HttpOnly; SameSite=Strict");
        assertThat(ask("GET /", host() + cookie, ""))
                .startsWith("HTTP/1.1 200")
                .contains("<!doctype html>");
        assertThat(ask("GET /api/status", host() + cookie, "")).contains("{\"secret\":\"yes\"}");
        assertThat(ask("GET /api/status?token=" + token, host(), "")).startsWith("HTTP/1.1 401");
    }

    @Test
    void everyAnswerCarriesThePolicy() throws IOException {
        for (String path : List.of("/", "/page.js", "/rules.js", "/page.css", "/icon.svg", "/no")) {
            assertThat(ask("GET " + path, host() + cookie, ""))
                    .contains(
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src"
                                + " 'self' data:; connect-src 'self'; font-src 'self'; form-action"
                                + " 'self'; base-uri 'none'; frame-ancestors 'none';"
                                + " require-trusted-types-for 'script'")
                    .contains("nosniff", "no-referrer", "no-store", "same-origin");
        }
        assertThat(ask("GET /", host(), "")).startsWith("HTTP/1.1 401").contains("nosniff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "127.0.0.1",
                "127.0.0.1:1",
                "127.0.0.1.evil.example:PORT",
                "evil.example:PORT",
                "user@127.0.0.1:PORT"
            })
    void aNameThatWasBentToThisMachineOpensNothing(String name) throws IOException {
        String foreign = name.replace("PORT", Integer.toString(page.address().port()));
        String answer = ask("GET /api/status", "Host: " + foreign + "\r\n" + cookie, "");
        assertThat(answer).startsWith("HTTP/1.1 421").doesNotContain("secret\"");
        assertThat(ask("GET /api/status", cookie, "")).startsWith("HTTP/1.1 421");
        assertThat(ask("GET /api/status", host() + "Host: " + foreign + "\r\n" + cookie, ""))
                .doesNotContain("secret\"");
    }

    @Test
    void anotherOriginChangesNothingEvenWithTheCookie() throws IOException {
        String json = "Content-Type: application/json\r\n";
        for (String origin :
                List.of(
                        "",
                        "Origin: null\r\n",
                        "Origin: http://evil.example\r\n",
                        "Origin: http://127.0.0.1:1\r\n",
                        "Origin: https://" + host + "\r\n",
                        origin() + origin())) {
            assertThat(
                            ask(
                                    "POST /api/mode",
                                    host() + cookie + json + origin,
                                    "{\"mode\":\"pause\"}"))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(ask("GET /api/status", host() + cookie + "Origin: http://evil.example\r\n", ""))
                .startsWith("HTTP/1.1 403");
        assertThat(
                        ask(
                                "POST /api/mode",
                                host() + cookie + origin() + "Content-Type: text/plain\r\n",
                                "{\"mode\":\"pause\"}"))
                .startsWith("HTTP/1.1 400")
                .contains("expected application/json");
        assertThat(posted).isEmpty();
        assertThat(ask("POST /api/mode", host() + cookie + json + origin(), "{\"mode\":\"pause\"}"))
                .startsWith("HTTP/1.1 200");
        assertThat(posted).containsExactly("pause");
    }

    @Test
    void aWrongTokenOpensNothing() throws IOException {
        String token = page.address().token();
        for (String wrong :
                List.of("", "x", token.substring(1), token + "x", token.toLowerCase(Locale.ROOT))) {
            assertThat(ask("GET /?token=" + wrong, host(), ""))
                    .startsWith("HTTP/1.1 401")
                    .contains("idlefleet edge page")
                    .doesNotContainIgnoringCase("set-cookie");
            String stale = "Cookie: idlefleet-" + page.address().port() + "=" + wrong + "\r\n";
            assertThat(ask("GET /api/status", host() + stale, "")).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void limitsHold() throws IOException {
        assertThat(
                        ask(
                                "POST /api/mode",
                                host() + cookie + origin() + "Content-Type: application/json\r\n",
                                "x".repeat(Page.BODY_BYTES_MAX + 1)))
                .startsWith("HTTP/1.1 413");
        assertThat(ask("GET /" + "x".repeat(9000), host() + cookie, "")).startsWith("HTTP/1.1 4");
        assertThat(
                        ask(
                                "POST /api/mode",
                                host() + cookie + origin() + "Content-Type: application/json\r\n",
                                "{not json"))
                .startsWith("HTTP/1.1 400");
        var open = new ArrayList<Socket>();
        try {
            for (int i = 0; i < Page.CONNECTIONS_MAX; i++) {
                open.add(new Socket(InetAddress.getLoopbackAddress(), page.address().port()));
            }
            try (var more = new Socket(InetAddress.getLoopbackAddress(), page.address().port())) {
                more.setSoTimeout(30_000);
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void listensToThisMachineOnly() throws IOException {
        try (var elsewhere = new ServerSocket()) {
            // Were the page bound to every address, this one would be taken.
            elsewhere.bind(new InetSocketAddress("127.0.0.2", page.address().port()));
            assertThat(elsewhere.isBound()).isTrue();
        }
    }

    @Test
    void theAddressIsForTheNodesUserAloneAndStaysTheSame() throws IOException {
        Path file = directory.resolve("page-address");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        PageAddress before = page.address();
        page.close();
        page = Page.start(before.port(), file, Map.of());
        assertThat(page.address()).isEqualTo(before);
        Path other = directory.resolve("other-address");
        try (Page second = Page.start(before.port(), other, Map.of())) {
            assertThat(second.address().port()).isNotEqualTo(before.port());
            assertThat(second.address().token()).isNotEqualTo(before.token());
        }
    }
}
