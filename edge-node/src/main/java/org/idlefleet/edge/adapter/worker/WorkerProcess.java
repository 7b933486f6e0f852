package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.edge.adapter.onnx.OnnxEngine;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What runs in the worker: ONNX Runtime behind one connection a lane, and one more for control. It
 * opens no other connection, holds no key and ends with the daemon.
 */
public final class WorkerProcess {
    /** Bytes of the word that the daemon gives on standard input and wants back on connections. */
    static final int TOKEN_BYTES = 16;

    private final Map<Integer, Engine.LoadedModel> models = new ConcurrentHashMap<>();
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final OnnxEngine engine;

    private WorkerProcess(OnnxEngine engine) {
        this.engine = engine;
    }

    /**
     * Serves the daemon that started this process until it is gone; does not return.
     *
     * @param args the socket's path, the daemon's process id, the number of lanes
     */
    public static void main(String[] args) {
        Deadman.tieTo(Long.parseLong(args[1]));
        int code = 1;
        try {
            // Without a buffer: a beat then costs one call of the kernel instead of five.
            var beats = new FileInputStream(FileDescriptor.in);
            byte[] token = beats.readNBytes(TOKEN_BYTES);
            Thread.ofPlatform().name("beats").daemon().start(() -> Deadman.follow(beats));
            serve(Path.of(args[0]), token, Integer.parseInt(args[2]));
            code = 0;
        } catch (IOException | RuntimeException | LinkageError e) {
            System.err.println("the worker ended: " + e);
        }
        Runtime.getRuntime().halt(code);
    }

    private static void serve(Path socket, byte[] token, int lanes) throws IOException {
        try (Frames control = connect(socket, token, 0)) {
            if (control.receive() != Kinds.SETUP) {
                throw new IOException("the daemon did not say how to compute");
            }
            Setup setup = Setup.read(control.body());
            WorkerProcess worker = open(setup, control);
            var connections = new ArrayList<Frames>();
            for (int lane = 1; lane <= lanes; lane++) {
                connections.add(connect(socket, token, lane));
            }
            Sandbox.Walls walls = worker.shutIn(setup, control);
            // Lanes are started from inside, so that they are inside as well.
            connections.forEach(worker::add);
            worker.ready(control, walls);
            worker.listen(control);
        }
    }

    private static Frames connect(Path socket, byte[] token, int lane) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer hello = ByteBuffer.allocate(TOKEN_BYTES + Integer.BYTES);
        hello.put(token).putInt(lane).flip();
        while (hello.hasRemaining()) {
            channel.write(hello);
        }
        return new Frames(channel);
    }

    private static WorkerProcess open(Setup setup, Frames control) throws IOException {
        try {
            Path natives = Path.of(setup.natives());
            if (System.getenv("DJL_CACHE_DIR") == null) {
                System.setProperty("DJL_CACHE_DIR", natives.toString());
            }
            NativeLibraries.use(natives);
            // From inside they could not be unpacked.
            OnnxEngine.loadLibraries();
            NativeLibraries.tidyUp();
            return new WorkerProcess(OnnxEngine.open(setup.options()));
        } catch (IOException | RuntimeException | LinkageError e) {
            fail(control, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private Sandbox.Walls shutIn(Setup setup, Frames control) throws IOException {
        try {
            boolean accelerator = !engine.provider().equals("cpu");
            return Sandbox.enter(setup.sandbox(), List.of(Path.of(setup.models())), accelerator);
        } catch (IOException e) {
            fail(control, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void ready(Frames control, Sandbox.Walls walls) throws IOException {
        var texts = new ArrayList<byte[]>();
        texts.add(Frames.utf8(engine.numericClass().toString()));
        texts.add(Frames.utf8(engine.provider()));
        texts.add(Frames.utf8(Boolean.toString(walls.whole())));
        texts.add(Frames.utf8(walls.text()));
        engine.fallbacks().forEach(text -> texts.add(Frames.utf8(text)));
        Frames.putTexts(control.begin(Kinds.READY, Frames.sizeOf(texts)), texts);
        control.send();
    }

    private void add(Frames frames) {
        var lane = new Lane(frames);
        lanes.add(lane);
        Thread.ofPlatform().name("lane-" + lanes.size()).daemon().start(lane);
    }

    /** Stops runs as told, until the daemon is gone. */
    private void listen(Frames control) throws IOException {
        while (true) {
            byte kind = control.receive();
            if (kind != Kinds.STOP) {
                throw new IOException("expected a word to stop, found frame " + kind);
            }
            int lane = control.body().getInt();
            lanes.get(lane).stop(control.body().getLong());
        }
    }

    private static void fail(Frames frames, String reason) throws IOException {
        byte[] text = Frames.utf8(reason);
        Frames.put(frames.begin(Kinds.FAILED, Integer.BYTES + text.length), text);
        frames.send();
    }

    /** One connection and the thread that computes what comes over it. */
    private final class Lane implements Runnable {
        private final Frames frames;
        private long stopped;
        private long running;
        private @Nullable Abort abort;

        Lane(Frames frames) {
            this.frames = frames;
        }

        /** Stops the run of that number, and any before it. */
        synchronized void stop(long run) {
            stopped = Math.max(stopped, run);
            if (abort != null && running <= stopped) {
                abort.request();
            }
        }

        private synchronized Abort begin(long run) {
            var word = new Abort();
            running = run;
            abort = word;
            if (run <= stopped) {
                word.request();
            }
            return word;
        }

        private synchronized void end() {
            abort = null;
        }

        @Override
        public void run() {
            try {
                while (true) {
                    answer(frames.receive(), frames.body());
                }
            } catch (IOException e) {
                Runtime.getRuntime().halt(0);
            } catch (RuntimeException | Error e) {
                System.err.println("the worker ended: " + e);
                Runtime.getRuntime().halt(1);
            }
        }

        private void answer(byte kind, ByteBuffer body) throws IOException {
            switch (kind) {
                case Kinds.RUN -> compute(body);
                case Kinds.LOAD -> load(body);
                case Kinds.UNLOAD -> {
                    Engine.LoadedModel model = models.remove(body.getInt());
                    if (model != null) {
                        model.close();
                    }
                    frames.send(Kinds.UNLOADED);
                }
                default -> throw new IOException("a lane does not take frame " + kind);
            }
        }

        private void load(ByteBuffer body) throws IOException {
            int number = body.getInt();
            ModelManifest manifest = ManifestJson.read(Frames.bytes(body));
            Path directory = Path.of(Frames.text(body));
            try {
                models.put(number, engine.load(manifest, directory));
                frames.send(Kinds.LOADED);
            } catch (EngineException | RuntimeException | LinkageError e) {
                fail(frames, String.valueOf(e.getMessage()));
            }
        }

        private void compute(ByteBuffer body) throws IOException {
            long run = body.getLong();
            Engine.LoadedModel model = models.get(body.getInt());
            ItemKind kind = Kinds.itemKind(body.get());
            List<byte[]> items = Frames.texts(body);
            if (model == null) {
                throw new IOException("the daemon names a model that is not loaded");
            }
            ShardOutcome outcome = model.run(kind, items, begin(run));
            end();
            switch (outcome) {
                case ShardOutcome.Done done -> {
                    frames.begin(Kinds.DONE, done.output().length).put(done.output());
                    frames.send();
                }
                case ShardOutcome.Aborted _ -> frames.send(Kinds.ABORTED);
                case ShardOutcome.Refused refused -> {
                    byte[] reason = Frames.utf8(refused.reason().name());
                    byte[] detail = Frames.utf8(refused.detail());
                    int size = 2 * Integer.BYTES + reason.length + detail.length;
                    ByteBuffer answer = frames.begin(Kinds.REFUSED, size);
                    Frames.put(answer, reason);
                    Frames.put(answer, detail);
                    frames.send();
                }
            }
        }
    }
}
