package org.idlefleet.edge.adapter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.SelfTest;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.edge.adapter.onnx.MiniLm;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Real worker processes, which compute, are stopped, killed and orphaned. */
class WorkerEngineTest {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final List<byte[]> ITEMS =
            List.of(bytes("The car is parked."), bytes("She baked a cake."));

    /** Tens of seconds of work. */
    private static final List<byte[]> LONG = Collections.nCopies(512, bytes("word ".repeat(200)));

    @TempDir static Path models;
    private static ModelManifest manifest;

    @TempDir Path directory;
    private WorkerEngine engine;
    private final ScheduledExecutorService gate = Executors.newSingleThreadScheduledExecutor();
    private final List<String> breakdowns = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void unpack() throws Exception {
        manifest = MiniLm.withProbe(MiniLm.unpack(models), models);
    }

    @BeforeEach
    void open() throws Exception {
        open(WorkerLaunch.likeThis());
    }

    private void open(WorkerLaunch launch) throws Exception {
        engine = WorkerHost.open(launch, directory, models);
        engine.onBreakdown(breakdowns::add);
        var _ = gate.scheduleAtFixedRate(engine::permit, 0, 100, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void close() {
        gate.shutdownNow();
        engine.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Engine.LoadedModel load() throws EngineException {
        return engine.load(manifest, models);
    }

    private static ShardOutcome run(Engine.LoadedModel model, List<byte[]> items) {
        return model.run(ItemKind.TEXT, items, new Abort());
    }

    private static ProcessHandle process(long pid) {
        return ProcessHandle.of(pid).orElseThrow();
    }

    private static void awaitGone(long pid) {
        await().atMost(SOON)
                .until(() -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).isEmpty());
    }

    /** The kernel's letter for what the process does: R, S, T for stopped. */
    private static String state(long pid) throws Exception {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
                .isZero();
    }

    @Test
    void computesTheSameBytesInAProcessOfItsOwn() throws Exception {
        Engine.LoadedModel model = load();
        try (var local = LocalEmbedder.open(manifest, models, EngineOptions.CPU)) {
            assertThat(run(model, ITEMS))
                    .isInstanceOfSatisfying(
                            ShardOutcome.Done.class,
                            done ->
                                    assertThat(done.output())
                                            .isEqualTo(local.embed(ItemKind.TEXT, ITEMS).raw()));
            assertThat(engine.numericClass()).isEqualTo(local.numericClass());
        }
        assertThat(engine.provider()).isEqualTo("cpu");
        assertThat(engine.pid())
                .hasValueSatisfying(pid ->
                        assertThat(process(pid).parent().map(ProcessHandle::pid))
                                .contains(ProcessHandle.current().pid()));
        assertThat(SelfTest.problem(model, new Abort())).isEmpty();
    }

    @Test
    void startsAgainWhereTheFirstWorkerWasKilledAsItStarted(@TempDir Path other) throws Exception {
        WorkerLaunch launch = WorkerLaunch.likeThis();
        Path starts = other.resolve("starts");
        String script =
                "echo >> " + starts + "; [ $(wc -l < " + starts + ") -gt 2 ] || kill -9 $$;";
        var command = new ArrayList<>(List.of("sh", "-c", script + " exec \"$@\"", "sh"));
        command.addAll(launch.command());
        engine.close();
        open(new WorkerLaunch(command, launch.environment()));
        assertThat(Files.readAllLines(starts)).hasSize(3);
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
    }

    @Test
    void saysWhenAWorkerHasComeAndWhenItIsGone() throws Exception {
        engine.stop();
        await().atMost(SOON).until(() -> engine.pid().isEmpty());
        var lives = new CopyOnWriteArrayList<Boolean>();
        engine.onWorker(() -> lives.add(engine.pid().isPresent()));
        for (int i = 1; i <= 2; i++) {
            load();
            assertThat(lives.getLast()).isTrue();
            engine.stop();
            await().atMost(SOON).until(() -> !lives.getLast());
            assertThat(engine.pid()).isEmpty();
        }
    }

    @Test
    void computesOnAllLanesAtOnceAndInAnyOrder() throws Exception {
        Engine.LoadedModel model = load();
        var tasks = new ArrayList<Callable<ShardOutcome>>();
        for (int i = 0; i < 40; i++) {
            List<byte[]> items = Collections.nCopies(1 + i % 5, bytes("text " + i % 5));
            tasks.add(() -> run(model, items));
        }
        try (var lanes = Executors.newFixedThreadPool(4)) {
            var outputs = new ArrayList<byte[]>();
            for (var outcome : lanes.invokeAll(tasks)) {
                outputs.add(((ShardOutcome.Done) outcome.get()).output());
            }
            for (int i = 5; i < 40; i++) {
                assertThat(outputs.get(i)).isEqualTo(outputs.get(i - 5));
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAnItemOrAModel(@TempDir Path empty) throws Exception {
        Engine.LoadedModel model = load();
        assertThat(run(model, List.of(new byte[] {(byte) 0xff})))
                .isEqualTo(new ShardOutcome.Refused(RefuseReason.INPUT, "item 0 is no UTF-8 text"));
        assertThatThrownBy(() -> engine.load(manifest, empty))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(empty.toString());
        assertThat(run(model, ITEMS)).isInstanceOf(ShardOutcome.Done.class);
    }

    @Test
    void stopsOneRunByItsWordAndGoesOn() throws Exception {
        Engine.LoadedModel model = load();
        var abort = new Abort();
        try (var lane = Executors.newSingleThreadExecutor()) {
            var outcome = lane.submit(() -> model.run(ItemKind.TEXT, LONG, abort));
            Thread.sleep(200);
            abort.request();
            assertThat(outcome.get()).isEqualTo(new ShardOutcome.Aborted());
        }
        assertThat(run(model, ITEMS)).isInstanceOf(ShardOutcome.Done.class);
        assertThat(engine.killed()).isZero();
    }

    @Test
    void freezesAndKillsTheWorkerWhateverItDoesAndStartsAnother() throws Exception {
        Engine.LoadedModel model = load();
        long first = engine.pid().orElseThrow();
        try (var lane = Executors.newSingleThreadExecutor()) {
            // Nobody speaks the run's own word, so the worker would go on.
            var outcome = lane.submit(() -> run(model, LONG));
            Thread.sleep(100);
            engine.stop();
            assertThat(outcome.get()).isEqualTo(new ShardOutcome.Aborted());
        }
        awaitGone(first);
        assertThat(engine.frozen()).isEqualTo(1);
        assertThat(engine.killed()).isEqualTo(1);
        assertThat(run(model, ITEMS)).isEqualTo(new ShardOutcome.Aborted());
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
        assertThat(engine.pid()).isPresent().get().isNotEqualTo(first);
        assertThat(breakdowns).isEmpty();
    }

    @Test
    void endsTheWorkerWhenNobodySaysThatTheGateIsOpen() throws Exception {
        Engine.LoadedModel model = load();
        long pid = engine.pid().orElseThrow();
        gate.shutdownNow();
        awaitGone(pid);
        assertThat(engine.killed()).isEqualTo(1);
        await().atMost(SOON).until(() -> !breakdowns.isEmpty());
        assertThat(run(model, ITEMS)).isInstanceOf(ShardOutcome.Refused.class);
    }

    @Test
    void refusesTheShardThatTookTheWorkerDownAndSaysSoOnce() throws Exception {
        Engine.LoadedModel model = load();
        long pid = engine.pid().orElseThrow();
        try (var lane = Executors.newSingleThreadExecutor()) {
            var outcome = lane.submit(() -> run(model, LONG));
            Thread.sleep(100);
            process(pid).destroyForcibly();
            assertThat(outcome.get())
                    .isInstanceOfSatisfying(
                            ShardOutcome.Refused.class,
                            refused -> {
                                assertThat(refused.reason()).isEqualTo(RefuseReason.RUNTIME);
                                assertThat(refused.detail())
                                        .startsWith("the worker ended while the shard was")
                                        .contains("exit code 137");
                            });
        }
        await().atMost(SOON).until(() -> !breakdowns.isEmpty());
        assertThat(breakdowns).containsExactly("the worker ended with exit code 137");
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
    }

    @Test
    void keepsNobodyWaitingForAWorkerThatIsGone() throws Exception {
        Engine.LoadedModel model = load();
        long pid = engine.pid().orElseThrow();
        ExecutorService lanes = Executors.newFixedThreadPool(6);
        try {
            var outcomes = new ArrayList<Future<ShardOutcome>>();
            for (int i = 0; i < 6; i++) {
                outcomes.add(lanes.submit(() -> run(model, LONG)));
            }
            Thread.sleep(100);
            process(pid).destroyForcibly();
            await().atMost(SOON).until(() -> outcomes.stream().allMatch(Future::isDone));
            for (Future<ShardOutcome> outcome : outcomes) {
                assertThat(outcome.get()).isInstanceOf(ShardOutcome.Refused.class);
            }
        } finally {
            lanes.shutdownNow();
        }
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
    }

    @Test
    void leavesNothingBehindWhenItIsClosed() throws Exception {
        load();
        long pid = engine.pid().orElseThrow();
        engine.close();
        awaitGone(pid);
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("native");
        }
    }

    /** Killed as it is, it can't clear up at its end. */
    @Test
    void leavesNothingAmongTemporaryFiles(@TempDir Path temporary) throws Exception {
        engine.close();
        var command = new ArrayList<>(WorkerLaunch.likeThis().command());
        command.add(1, "-Djava.io.tmpdir=" + temporary);
        open(new WorkerLaunch(command, Map.of()));
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
        engine.stop();
        await().atMost(SOON).until(() -> engine.killed() == 1);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void givesWayToOthersAndLeavesNoMemoryImage() throws Exception {
        assumeTrue(Kernel.present(), "needs Linux");
        long pid = engine.pid().orElseThrow();
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]).isEqualTo("10");
        assertThat(Files.readString(Path.of("/proc/" + pid + "/oom_score_adj")).strip())
                .isEqualTo("1000");
        assertThat(Files.readAllLines(Path.of("/proc/" + pid + "/limits")))
                .anyMatch(line -> line.matches("Max core file size +0 +0 .*"))
                .anyMatch(line -> line.matches("Max data size +2952790016 +2952790016 .*"));
    }

    @Test
    void isShutInByTheKernelWithEachOfItsThreads() throws Exception {
        assumeTrue(Landlock.version() > 0, "needs a kernel with Landlock");
        assertThat(engine.sandbox())
                .isEqualTo(
                        "no network and no other process (seccomp);"
                                + " no files but models, read-only (Landlock)");
        assertThat(engine.confined()).isTrue();
        long pid = engine.pid().orElseThrow();
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                assertThat(Files.readAllLines(thread.resolve("status")))
                        .contains("NoNewPrivs:\t1", "Seccomp:\t2");
            }
        }
    }

    @Test
    void computesWithNoModelFromElsewhere(@TempDir Path elsewhere) throws Exception {
        assumeTrue(Landlock.version() > 0, "needs a kernel with Landlock");
        ModelManifest same = MiniLm.unpack(elsewhere);
        assertThatThrownBy(() -> engine.load(same, elsewhere)).isInstanceOf(EngineException.class);
        assertThat(run(load(), ITEMS)).isInstanceOf(ShardOutcome.Done.class);
    }

    @Test
    void diesWithADaemonThatIsKilledAndStandsStillWithOneThatIsStopped() throws Exception {
        assumeTrue(Kernel.present(), "needs Linux");
        Process daemon = host();
        try (var said = daemon.inputReader(StandardCharsets.UTF_8)) {
            long pid = Long.parseLong(said.readLine());
            signal("STOP", daemon.pid());
            await().atMost(SOON).until(() -> state(pid).equals("T"));
            signal("CONT", daemon.pid());
            await().atMost(SOON).until(() -> !state(pid).equals("T"));
            signal("STOP", daemon.pid());
            await().atMost(SOON).until(() -> state(pid).equals("T"));
            signal("KILL", daemon.pid());
            awaitGone(pid);
        } finally {
            daemon.destroyForcibly();
        }
    }

    private Process host() throws Exception {
        var command = new ArrayList<>(WorkerLaunch.likeThis().command());
        command.set(command.size() - 1, WorkerHost.class.getName());
        command.add(directory.resolve("host").toString());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    @Test
    void saysWhyAWorkerDidNotStart() {
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of("node.data=" + directory, "node.coordinator=localhost"));
        var broken = new WorkerLaunch(List.of("sh", "-c", "exit 3"), Map.of());
        assertThatThrownBy(() -> WorkerEngine.open(broken, config.engine(), directory, models))
                .isInstanceOf(EngineException.class)
                .hasMessageStartingWith("the worker did not start: it ended with exit code 3");
        var missing = new WorkerLaunch(List.of("/no/such/program"), Map.of());
        assertThatThrownBy(() -> WorkerEngine.open(missing, config.engine(), directory, models))
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void takesNoLongerThanAllowedForAWorkerThatHangs() {
        var setup =
                new Setup(
                        EngineOptions.CPU,
                        directory.toString(),
                        Sandbox.Mode.AUTO,
                        directory.toString());
        var limits =
                new WorkerEngine.Settings(
                        setup,
                        1,
                        1,
                        1,
                        0,
                        Optional.empty(),
                        directory,
                        Duration.ofMillis(200),
                        Duration.ofMillis(200));
        var hanging = new WorkerLaunch(List.of("sh", "-c", "exec sleep 600"), Map.of());
        assertThatThrownBy(() -> new WorkerStart(hanging, limits).start(_ -> true))
                .isInstanceOf(EngineException.class)
                .hasMessageStartingWith("the worker did not start: ");
        await().until(() -> ProcessHandle.current().children().noneMatch(child -> sleeps(child)));
    }

    private static boolean sleeps(ProcessHandle child) {
        return child.isAlive() && child.info().command().orElse("").endsWith("sleep");
    }
}
