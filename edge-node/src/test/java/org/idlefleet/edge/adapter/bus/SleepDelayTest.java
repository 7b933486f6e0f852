package org.idlefleet.edge.adapter.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.idlefleet.edge.adapter.bus.FakeSystem.Service;
import org.idlefleet.edge.adapter.bus.FakeSystem.Typed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Locks as logind gives them, over a real bus: one is held as long as the other end of its pipe
 * sees no end. Needs dbus-daemon and libsystemd.
 */
class SleepDelayTest {
    private static final String LOGIND = "org.freedesktop.login1";
    private static final String PATH = "/org/freedesktop/login1";

    /** What must be asked for, and how. */
    private static final String INHIBIT =
            "Inhibit sleep Idlefleet Hands back what it computes delay";

    /** Of {@code pipe2(2)}: a read returns at once, no program that is started takes it along. */
    private static final int NONBLOCK_CLOEXEC = 0x80800;

    @TempDir Path directory;

    private final ExecutorService waits = Executors.newSingleThreadExecutor();
    private LibSystemd library;
    private FakeSystem system;
    private Service logind;
    private SleepDelay delay;
    private volatile boolean worker;

    @BeforeEach
    void startTheBus() throws Exception {
        var program = FakeSystem.installed();
        assumeTrue(program.isPresent(), "needs dbus-daemon and libsystemd.so.0");
        library = LibSystemd.load().orElseThrow();
        system = new FakeSystem(program.get(), directory);
        logind = new Service(LOGIND, system.address());
        delay = SleepDelay.of(system.address(), () -> worker, waits).orElseThrow();
    }

    @AfterEach
    void stopAll() {
        waits.shutdownNow();
        if (system != null) {
            delay.close();
            logind.close();
            system.close();
        }
    }

    /** A lock that logind gives out to the next who asks. */
    private final class Lock {
        private final int ours;
        private final int given;

        Lock() {
            try (var arena = Arena.ofConfined()) {
                MemorySegment ends = arena.allocate(8, 8);
                assertThat(library.function("pipe2", 2).call(ends.address(), NONBLOCK_CLOEXEC))
                        .isZero();
                ours = ends.get(ValueLayout.JAVA_INT, 0);
                given = ends.get(ValueLayout.JAVA_INT, 4);
            }
            logind.answers(PATH, INHIBIT, new Typed("h", given));
        }

        /** From now on nobody else holds it but those it was given to. */
        void leave() {
            logind.answers(PATH, INHIBIT, new Typed("", ""));
            library.close(given);
        }

        /** Reading a pipe gives 0 once its last writer is gone, until then an error. */
        boolean held() {
            try (var arena = Arena.ofConfined()) {
                MemorySegment one = arena.allocate(1);
                return library.function("read", 3).call(ours, one.address(), 1) != 0;
            }
        }
    }

    private void settle() throws Exception {
        waits.submit(() -> {}).get();
    }

    @Test
    void holdsADelayLockExactlyWhileAWorkerLives() throws Exception {
        for (int i = 0; i < 3; i++) {
            var lock = new Lock();
            delay.look();
            settle();
            worker = true;
            delay.look();
            settle();
            lock.leave();
            assertThat(lock.held()).isTrue();
            delay.look();
            settle();
            assertThat(lock.held()).isTrue();

            worker = false;
            delay.look();
            await().until(() -> !lock.held());
        }
    }

    @Test
    void givesALockBackAtOnceWhoseWorkerWentMeanwhile() throws Exception {
        logind.hangs(true);
        worker = true;
        delay.look();
        worker = false;
        delay.look();
        var lock = new Lock();
        logind.hangs(false);
        settle();
        lock.leave();
        await().until(() -> !lock.held());
    }

    @Test
    void goesWithoutWhereItIsRefusedAndAsksAgainForTheNextWorker() throws Exception {
        worker = true;
        delay.look();
        settle();
        worker = false;
        delay.look();

        var lock = new Lock();
        worker = true;
        delay.look();
        settle();
        lock.leave();
        assertThat(lock.held()).isTrue();
        delay.close();
        await().until(() -> !lock.held());
    }

    @Test
    void goesWithoutWhereThereIsNoBus() throws Exception {
        system.kill();
        worker = true;
        delay.look();
        settle();
        delay.look();
        settle();
    }
}
