package org.idlefleet.edge.adapter.page;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import org.idlefleet.protocol.adapter.Json;
import org.idlefleet.protocol.adapter.Sentence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Answers the page's requests on one connection. */
final class PageDoor extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PageDoor.class);

    /** The page's own files: what is asked for, its type, its name here. */
    private static final Map<String, Asset> ASSETS =
            Map.of(
                    "/", new Asset("index.html", "text/html; charset=utf-8"),
                    "/page.css", new Asset("page.css", "text/css; charset=utf-8"),
                    "/page.js", new Asset("page.js", "text/javascript; charset=utf-8"),
                    "/rules.js", new Asset("rules.js", "text/javascript; charset=utf-8"),
                    "/icon.svg", new Asset("icon.svg", "image/svg+xml"));

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                            + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri"
                            + " 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
                    "X-Content-Type-Options",
                    "nosniff",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    "Cross-Origin-Resource-Policy",
                    "same-origin",
                    "Cache-Control",
                    "no-store");

    private final PageGate gate;
    private final Map<String, Route> routes;

    private record Asset(String name, String type) {}

    PageDoor(PageGate gate, Map<String, Route> routes) {
        this.gate = gate;
        this.routes = routes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        FullHttpResponse response =
                request.decoderResult().isFailure()
                        ? text(400, "this is not HTTP")
                        : switch (gate.judge(request)) {
                            case PageGate.Verdict.Welcome _ -> answer(request);
                            case PageGate.Verdict.Enter enter -> enter(enter.cookie());
                            case PageGate.Verdict.Refused refused ->
                                    text(refused.status(), refused.reason());
                        };
        HEADERS.forEach((name, value) -> response.headers().set(name, value));
        HttpUtil.setContentLength(response, response.content().readableBytes());
        boolean stay = HttpUtil.isKeepAlive(request) && response.status().code() < 400;
        HttpUtil.setKeepAlive(response, stay);
        var written = context.writeAndFlush(response);
        if (!stay) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static FullHttpResponse enter(String cookie) {
        FullHttpResponse response = text(303, "");
        response.headers()
                .set(HttpHeaderNames.LOCATION, "/")
                .set(HttpHeaderNames.SET_COOKIE, cookie + "; Path=/; HttpOnly; SameSite=Strict");
        return response;
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        String path = new QueryStringDecoder(request.uri()).path();
        Asset asset = ASSETS.get(path);
        if (asset != null && request.method().name().equals("GET")) {
            return asset(asset);
        }
        Route route = routes.get(request.method().name() + " " + path);
        if (route == null) {
            return text(404, "there is no " + request.method() + " " + path);
        }
        try {
            return json(200, route.answer(body(request)));
        } catch (IllegalArgumentException | JacksonException e) {
            return json(400, Json.object().put("error", String.valueOf(e.getMessage())));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the page's {} {} failed", request.method(), path, e);
            return json(500, Json.object().put("error", Sentence.of(e)));
        }
    }

    private static JsonNode body(FullHttpRequest request) {
        if (!request.content().isReadable()) {
            return Json.object().missingNode();
        }
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        if (!HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(type)) {
            throw new IllegalArgumentException("expected application/json, found '" + type + "'");
        }
        return Json.read(ByteBufUtil.getBytes(request.content()));
    }

    private static FullHttpResponse asset(Asset asset) {
        try (InputStream in =
                Objects.requireNonNull(
                        PageDoor.class.getResourceAsStream(asset.name()), asset.name())) {
            return response(200, asset.type(), in.readAllBytes());
        } catch (IOException e) {
            return text(500, Sentence.of(e));
        }
    }

    private static FullHttpResponse json(int status, JsonNode content) {
        return response(status, "application/json", Json.bytes(content));
    }

    private static FullHttpResponse text(int status, String text) {
        return response(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private static FullHttpResponse response(int status, String type, byte[] content) {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(content));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }
}
