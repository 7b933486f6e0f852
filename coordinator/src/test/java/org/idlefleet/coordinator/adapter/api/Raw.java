package org.idlefleet.coordinator.adapter.api;

import org.awaitility.Awaitility;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** Requests that no decent client would send. */
final class Raw {
    private Raw() {}

    /** Sends a body in chunks without telling its length; gives back what was answered. */
    static String chunked(House house, int bytes) {
        var body = new StringBuilder();
        for (int left = bytes; left > 0; left -= 1_000) {
            int size = Math.min(1_000, left);
            body.append(Integer.toHexString(size))
                    .append("\r\n")
                    .append("x".repeat(size))
                    .append("\r\n");
        }
        return talk(house, head(house, "transfer-encoding: chunked") + body + "0\r\n\r\n");
    }

    /** Sends bytes as they are and reads until the other side stops. */
    static String talk(House house, String bytes) {
        return talk(house, bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String talk(House house, byte[] bytes) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), house.port())) {
            socket.setSoTimeout(3_000);
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
                socket.shutdownOutput();
            } catch (IOException e) {
                // The door may answer and close before all is sent: what it said still counts.
            }
            return new String(read(socket), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for an embedding and closes the connection once the core has the job. */
    static void hangUpAfterAsking(House house, String body) {
        hangUpAfterAsking(house, body, () -> !house.core.payloads.admitted.isEmpty());
    }

    /**
     * @param when it hangs up
     */
    static void hangUpAfterAsking(House house, String body, Callable<Boolean> when) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), house.port())) {
            String request = head(house, "content-length: " + body.length()) + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            Awaitility.await().until(when);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String head(House house, String header) {
        return "POST /v1/embeddings HTTP/1.1\r\n"
                + "host: x\r\n"
                + "connection: close\r\n"
                + "authorization: Bearer "
                + house.key
                + "\r\n"
                + header
                + "\r\n\r\n";
    }

    private static byte[] read(Socket socket) throws IOException {
        var all = new ByteArrayOutputStream();
        var some = new byte[8_192];
        try {
            for (int n = socket.getInputStream().read(some);
                    n >= 0;
                    n = socket.getInputStream().read(some)) {
                all.write(some, 0, n);
            }
        } catch (SocketTimeoutException | SocketException e) {
            return all.toByteArray();
        }
        return all.toByteArray();
    }
}
