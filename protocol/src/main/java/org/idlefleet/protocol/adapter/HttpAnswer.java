package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * An answer of the door to plain HTTP; the connection ends with it.
 *
 * @param base64 whether the body is base64 of DER, as EST wants it
 */
record HttpAnswer(HttpResponseStatus status, String type, String body, boolean base64) {
    /** Plain words. */
    static HttpAnswer text(HttpResponseStatus status, String text) {
        return new HttpAnswer(status, "text/plain; charset=utf-8", text + "\n", false);
    }

    void send(ChannelHandlerContext context) {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        var headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        headers.set("X-Content-Type-Options", "nosniff");
        if (!body.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        if (base64) {
            headers.set(HttpHeaderNames.CONTENT_TRANSFER_ENCODING, HttpHeaderValues.BASE64);
        }
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Basic realm=\"enrolment token\"");
        }
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
