package org.idlefleet.edge.adapter.worker;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process in a worker's sandbox which tries to get out, on a thread as a lane has it. Prints
 * {@code name: out} for whatever it managed, {@code name: kept} for the rest.
 */
final class Prisoner {
    private Prisoner() {}

    private interface Attempt {
        void run() throws Exception;
    }

    /**
     * @param args the folder that may be read, a port that listens on loopback, a file that may not
     *     be read, a Unix socket that listens
     */
    public static void main(String[] args) throws Exception {
        Path models = Path.of(args[0]);
        int port = Integer.parseInt(args[1]);
        Path secret = Path.of(args[2]);
        Path socket = Path.of(args[3]);
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        Sandbox.Walls walls = Sandbox.enter(Sandbox.Mode.REQUIRE, List.of(models), false);
        System.out.println(walls.text());
        Thread lane =
                Thread.ofPlatform()
                        .start(() -> {
                            attempt(
                                    "read a model",
                                    () -> Files.readAllBytes(models.resolve("model")));
                            attempt("tcp", () -> connect(port));
                            attempt("listen", () -> ServerSocketChannel.open().bind(null).close());
                            attempt("udp", () -> send(port));
                            attempt("unix socket", () -> connect(socket));
                            attempt(
                                    "name lookup",
                                    () -> InetAddress.getAllByName("idlefleet.invalid"));
                            attempt("read a key", () -> Files.readString(secret));
                            attempt("list the root", Prisoner::listRoot);
                            attempt("write a model", () -> write(models.resolve("model")));
                            attempt("write beside it", () -> write(models.resolve("new")));
                            attempt("write to tmp", () -> Files.createTempFile("prisoner", "x"));
                            attempt("delete a model", () -> Files.delete(models.resolve("model")));
                            attempt(
                                    "start a program",
                                    () -> new ProcessBuilder("/bin/true").start());
                            attempt("stop the daemon", () -> kill(parent));
                            attempt("raise a limit", Prisoner::raise);
                            attempt("take more of the processor", Prisoner::raiseNice);
                        });
        lane.join();
        attempt("tcp of the first thread", () -> connect(port));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void attempt(String name, Attempt attempt) {
        try {
            attempt.run();
            System.out.println(name + ": out");
        } catch (Exception | Error e) {
            System.out.println(name + ": kept");
        }
    }

    private static void connect(int port) throws IOException {
        try (var open = new Socket()) {
            open.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
        }
    }

    private static void connect(Path socket) throws IOException {
        try (var open = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            open.connect(UnixDomainSocketAddress.of(socket));
        }
    }

    private static void send(int port) throws IOException {
        try (var open = new DatagramSocket()) {
            open.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
        }
    }

    private static void listRoot() throws IOException {
        try (var entries = Files.newDirectoryStream(Path.of("/"))) {
            var _ = entries.iterator();
        }
    }

    private static void write(Path file) throws IOException {
        Files.writeString(file, "mine");
    }

    private static void kill(long pid) throws IOException {
        int handle = Kernel.pidfd(pid);
        if (handle < 0 || Kernel.signal(handle, 0) < 0) {
            throw new IOException("refused");
        }
    }

    private static void raise() throws IOException {
        if (Kernel.limitMemory(0, -1) < 0) {
            throw new IOException("refused");
        }
    }

    private static void raiseNice() throws IOException {
        if (Kernel.nice(-5) < 0) {
            throw new IOException("refused");
        }
    }
}
