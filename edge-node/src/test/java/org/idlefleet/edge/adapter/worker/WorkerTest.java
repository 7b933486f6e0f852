package org.idlefleet.edge.adapter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.NumericClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The daemon's side of a process that takes what it is told and never answers. */
class WorkerTest {
    @TempDir Path directory;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Process process;
    private Frames control;
    private Frames lane;
    private Worker worker;

    @BeforeEach
    void start() throws Exception {
        process = new ProcessBuilder("sleep", "600").start();
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            var address = UnixDomainSocketAddress.of(directory.resolve("s"));
            server.bind(address);
            var ours = new Frames(SocketChannel.open(address));
            control = new Frames(server.accept());
            List<byte[]> texts =
                    List.of(
                            Frames.utf8(NumericClass.UNKNOWN.toString()),
                            Frames.utf8("cpu"),
                            Frames.utf8("true"),
                            Frames.utf8(""));
            Frames.putTexts(control.begin(Kinds.READY, Frames.sizeOf(texts)), texts);
            control.send();
            assertThat(ours.receive()).isEqualTo(Kinds.READY);
            var ourLane = new Frames(SocketChannel.open(address));
            lane = new Frames(server.accept());
            worker = new Worker(process, ours, List.of(ourLane), Duration.ofMillis(200));
        }
        worker.watch(_ -> {});
        // The kernel closes what a process held when it ends.
        var _ = process.onExit().thenRun(this::hangUp);
    }

    private void hangUp() {
        try {
            control.close();
            lane.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
        threads.shutdownNow();
    }

    @Test
    void killsAWorkerThatDoesNotStopARunWhenToldAndKeepsNobodyWaiting() throws Exception {
        var abort = new Abort();
        var hung = threads.submit(() -> worker.run(1, ItemKind.TEXT, List.of(), abort));
        assertThat(lane.receive()).isEqualTo(Kinds.RUN);
        var next = threads.submit(() -> worker.run(1, ItemKind.TEXT, List.of(), new Abort()));
        Thread.sleep(500);
        assertThat(process.isAlive()).isTrue();
        abort.request();
        await().until(() -> hung.isDone() && next.isDone());
        assertThat(hung.get()).isEqualTo(new ShardOutcome.Aborted());
        assertThat(next.get()).isInstanceOf(ShardOutcome.Refused.class);
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void goesOnWithAWorkerThatStopsARunWhenTold() throws Exception {
        var abort = new Abort();
        var stopped = threads.submit(() -> worker.run(1, ItemKind.TEXT, List.of(), abort));
        assertThat(lane.receive()).isEqualTo(Kinds.RUN);
        abort.request();
        assertThat(control.receive()).isEqualTo(Kinds.STOP);
        lane.send(Kinds.ABORTED);
        assertThat(stopped.get()).isEqualTo(new ShardOutcome.Aborted());
        var next = threads.submit(() -> worker.run(1, ItemKind.TEXT, List.of(), new Abort()));
        assertThat(lane.receive()).isEqualTo(Kinds.RUN);
        Thread.sleep(500);
        assertThat(process.isAlive()).isTrue();
        lane.send(Kinds.DONE);
        assertThat(next.get()).isInstanceOf(ShardOutcome.Done.class);
    }
}
