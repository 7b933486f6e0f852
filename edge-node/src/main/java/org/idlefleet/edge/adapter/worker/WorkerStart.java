package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.EngineException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The making of one worker: a socket that lives until the worker has connected, the process, the
 * caps, the greeting. Everything happens on one thread, which must live as long as the daemon: the
 * worker dies with the thread that started it.
 */
final class WorkerStart {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerStart.class);

    /** The kernel takes no longer path for a socket. */
    private static final int SOCKET_PATH_MAX = 100;

    /** What a process needs beside its models: the JVM, code, stacks. */
    private static final long OVERHEAD_BYTES = 768L << 20;

    private final WorkerLaunch launch;
    private final WorkerEngine.Settings settings;

    WorkerStart(WorkerLaunch launch, WorkerEngine.Settings settings) {
        this.launch = launch;
        this.settings = settings;
    }

    /** Takes hold of the process as soon as there is one; false if it is not wanted any more. */
    interface Hold {
        boolean take(Grip grip);
    }

    Worker start(Hold hold) throws EngineException {
        Path socket = null;
        Process process = null;
        try {
            socket = socket();
            try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                if (Kernel.present()) {
                    Kernel.nice(settings.nice());
                    Kernel.batch();
                }
                process = fork(socket);
                var token = new byte[WorkerProcess.TOKEN_BYTES];
                new SecureRandom().nextBytes(token);
                OutputStream input = process.getOutputStream();
                input.write(token);
                input.flush();
                if (!hold.take(Grip.on(process, confine(process)))) {
                    throw new EngineException("the gate closed before the worker began", true);
                }
                return greet(process, server, token);
            }
        } catch (IOException e) {
            throw new EngineException("the worker did not start: " + end(process, e), true);
        } catch (EngineException e) {
            end(process, e);
            throw e;
        } finally {
            remove(socket);
        }
    }

    private Path socket() throws IOException {
        Files.createDirectories(settings.directory());
        Path near =
                settings.directory()
                        .toAbsolutePath()
                        .resolve("worker-" + ProcessHandle.current().pid() + ".sock");
        Path socket =
                near.toString().length() <= SOCKET_PATH_MAX
                        ? near
                        : Files.createTempDirectory("idlefleet-").resolve("worker.sock");
        Files.deleteIfExists(socket);
        return socket;
    }

    private void remove(@Nullable Path socket) {
        try {
            if (socket != null) {
                Files.deleteIfExists(socket);
                if (!settings.directory().toAbsolutePath().equals(socket.getParent())) {
                    Files.deleteIfExists(socket.getParent());
                }
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", socket, e.toString());
        }
    }

    private Process fork(Path socket) throws IOException {
        var command = new ArrayList<>(launch.command());
        command.add(socket.toString());
        command.add(Long.toString(ProcessHandle.current().pid()));
        command.add(Integer.toString(settings.lanes()));
        var builder = new ProcessBuilder(command);
        // What configures the daemon is none of the worker's business.
        builder.environment().keySet().removeIf(name -> name.startsWith("IDLEFLEET_EDGE_"));
        builder.environment().putAll(launch.environment());
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        builder.environment().put("OPT_OUT_TRACKING", "true");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder.start();
    }

    private ControlGroup confine(Process process) {
        if (!Kernel.present()) {
            return ControlGroup.NONE;
        }
        Kernel.noCore(process.pid());
        try {
            // Whoever runs out of memory, the worker goes first.
            Files.writeString(Path.of("/proc/" + process.pid() + "/oom_score_adj"), "1000");
        } catch (IOException e) {
            LOG.debug("oom_score_adj: {}", e.toString());
        }
        var caps = new ControlGroup.Caps(settings.processors(), memoryMax());
        return settings.controlGroup()
                .map(parent -> ControlGroup.around(process, parent, caps))
                .orElse(ControlGroup.NONE);
    }

    private long memoryMax() {
        return settings.memoryBytes() + OVERHEAD_BYTES;
    }

    private Worker greet(Process process, ServerSocketChannel server, byte[] token)
            throws IOException, EngineException {
        var greeted = new AtomicBoolean();
        var connections = new CopyOnWriteArrayList<AutoCloseable>(List.of(server));
        // A worker that ends or hangs before it is ready ends the waiting for it.
        CompletableFuture<?> over =
                process.onExit()
                        .completeOnTimeout(
                                process, settings.startLimit().toMillis(), TimeUnit.MILLISECONDS)
                        .thenRun(() -> {
                            if (!greeted.get()) {
                                connections.forEach(WorkerStart::close);
                            }
                        });
        Frames control = accept(server, token, 0);
        connections.add(control);
        if (over.isDone()) {
            throw new EOFException("the worker hung up");
        }
        List<byte[]> setup = settings.setup().texts();
        Frames.putTexts(control.begin(Kinds.SETUP, Frames.sizeOf(setup)), setup);
        control.send();
        byte answer = control.receive();
        if (answer == Kinds.FAILED) {
            throw new EngineException(Frames.text(control.body()));
        }
        if (answer != Kinds.READY) {
            throw new IOException("expected the worker's READY, found frame " + answer);
        }
        var lanes = new ArrayList<Frames>();
        for (int lane = 1; lane <= settings.lanes(); lane++) {
            lanes.add(accept(server, token, lane));
        }
        greeted.set(true);
        var worker = new Worker(process, control, lanes, settings.stopLimit());
        if (Kernel.present() && worker.provider().equals("cpu")) {
            // Drivers of accelerators map far more than they use, so only there it is no limit.
            Kernel.limitMemory(process.pid(), memoryMax());
        }
        return worker;
    }

    private static Frames accept(ServerSocketChannel server, byte[] token, int lane)
            throws IOException {
        SocketChannel channel = server.accept();
        ByteBuffer hello = ByteBuffer.allocate(token.length + Integer.BYTES);
        while (hello.hasRemaining()) {
            if (channel.read(hello) < 0) {
                throw new EOFException("the worker hung up");
            }
        }
        hello.flip();
        var found = new byte[token.length];
        hello.get(found);
        if (!Arrays.equals(found, token) || hello.getInt() != lane) {
            channel.close();
            throw new IOException("somebody else came to the worker's socket");
        }
        return new Frames(channel);
    }

    private static void close(AutoCloseable it) {
        try {
            it.close();
        } catch (Exception e) {
            LOG.debug("closing: {}", e.toString());
        }
    }

    /** A worker that hung up is about to end by itself, and then says why by its exit code. */
    private static boolean ends(Process process) {
        try {
            return process.waitFor(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private String end(@Nullable Process process, Exception cause) {
        if (process == null) {
            return String.valueOf(cause.getMessage());
        }
        if (ends(process)) {
            return "it ended with exit code " + process.exitValue();
        }
        process.destroyForcibly();
        return cause instanceof AsynchronousCloseException
                ? "it was not ready within " + settings.startLimit().toSeconds() + " s"
                : cause.toString();
    }
}
