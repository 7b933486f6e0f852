package org.idlefleet.edge.adapter.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;

/**
 * System calls of Linux that the JDK does not reach: signals to a process that can't be mistaken
 * for another, death together with the parent, a timer that no garbage collection delays, limits.
 * Where {@link #present} says no, nothing else may be called.
 *
 * <p>Each call takes and returns numbers only, so that the stop path allocates nothing. A negative
 * answer means that the kernel refused.
 */
final class Kernel {
    static final int SIGKILL = 9;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;

    private static final boolean ARM =
            System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");

    // x86-64 and AArch64 number the older calls differently, the newer ones alike.
    private static final long WRITE = ARM ? 64 : 1;
    private static final long CLOSE = ARM ? 57 : 3;
    private static final long OPENAT = ARM ? 56 : 257;
    private static final long GETPPID = ARM ? 173 : 110;
    private static final long MADVISE = ARM ? 233 : 28;
    private static final long FADVISE = ARM ? 223 : 221;
    private static final long SETPRIORITY = ARM ? 140 : 141;
    private static final long PRCTL = ARM ? 167 : 157;
    private static final long SOCKET = ARM ? 198 : 41;
    private static final long SECCOMP = ARM ? 277 : 317;
    private static final long SCHED_SETSCHEDULER = ARM ? 119 : 144;
    private static final long SCHED_SETATTR = ARM ? 274 : 314;
    private static final long TIMER_CREATE = ARM ? 107 : 222;
    private static final long TIMER_SETTIME = ARM ? 110 : 223;
    private static final long PRLIMIT = ARM ? 261 : 302;
    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;
    private static final long LANDLOCK_CREATE_RULESET = 444;
    private static final long LANDLOCK_ADD_RULE = 445;
    private static final long LANDLOCK_RESTRICT_SELF = 446;

    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private static final int LANDLOCK_RULE_PATH_BENEATH = 1;
    private static final int[] SOCKET_FAMILIES = {1, 2, 10, 16};
    private static final int SOCK_STREAM = 1;
    private static final int SCHED_BATCH = 3;
    private static final int SCHED_ATTR_BYTES = 48;
    private static final int PRIO_PROCESS = 0;
    private static final int MADV_NORMAL = 0;
    private static final int MADV_RANDOM = 1;
    private static final int MADV_WILLNEED = 3;
    private static final int MADV_DONTNEED = 4;
    private static final int POSIX_FADV_DONTNEED = 4;
    private static final int RLIMIT_DATA = 2;
    private static final int RLIMIT_CORE = 4;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int AT_FDCWD = -100;
    private static final int O_WRONLY_CLOEXEC = 0x80001;
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int O_PATH_CLOEXEC = 0x280000;
    private static final long SIGEVENT_BYTES = 64;
    private static final int WORDS = 6;

    private static final MethodHandle SYSCALL = syscallFunction();

    private Kernel() {}

    /** Whether this is Linux on a processor whose calls we know. */
    static boolean present() {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return System.getProperty("os.name", "").equals("Linux")
                && (arch.equals("amd64") || arch.equals("aarch64"));
    }

    // The one native function that we call ourselves; its numbers and shapes stand in this file.
    @SuppressWarnings("restricted")
    private static MethodHandle syscallFunction() {
        Linker linker = Linker.nativeLinker();
        var words = Collections.nCopies(WORDS, ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new);
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, words),
                Linker.Option.firstVariadicArg(1));
    }

    private static long call(long number, long a, long b, long c, long d, long e) {
        try {
            return (long) SYSCALL.invokeExact(number, a, b, c, d, e);
        } catch (Throwable t) {
            throw new IllegalStateException("system call " + number + " failed", t);
        }
    }

    /** A handle on the process, which stays its own even after the number is given anew. */
    static int pidfd(long pid) {
        return (int) call(PIDFD_OPEN, pid, 0, 0, 0, 0);
    }

    /** Sends a signal; negative if the process is gone. */
    static long signal(int pidfd, int signal) {
        return call(PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
    }

    /** The caller's process dies as soon as the thread that started it does. */
    static long dieWithParent() {
        return call(PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    }

    static long parent() {
        return call(GETPPID, 0, 0, 0, 0, 0);
    }

    /** How much the calling thread, and what it starts, gives way to others: 0 to 19. */
    static long nice(int level) {
        return call(SETPRIORITY, PRIO_PROCESS, 0, level, 0, 0);
    }

    /** Caps the memory of its own that a process may have, in bytes. */
    static long limitMemory(long pid, long bytes) {
        return limit(pid, RLIMIT_DATA, bytes);
    }

    /** A process leaves no image of its memory behind when it crashes. */
    static long noCore(long pid) {
        return limit(pid, RLIMIT_CORE, 0);
    }

    /**
     * Drops pages from memory, and has those that are used later come back one by one; only for
     * mappings whose pages lie in a file unchanged.
     */
    static void forget(long address, long bytes) {
        long _ = call(MADVISE, address, bytes, MADV_DONTNEED, 0, 0);
        long _ = call(MADVISE, address, bytes, MADV_RANDOM, 0, 0);
    }

    /** Reads a mapping's pages in again, ahead of their use. */
    static void recall(long address, long bytes) {
        long _ = call(MADVISE, address, bytes, MADV_NORMAL, 0, 0);
        long _ = call(MADVISE, address, bytes, MADV_WILLNEED, 0, 0);
    }

    /** Drops what the system keeps of a file in memory, as far as no process uses it. */
    static void forgetFile(Path file) {
        try (var arena = Arena.ofConfined()) {
            long path = arena.allocateFrom(file.toString()).address();
            long handle = call(OPENAT, AT_FDCWD, path, O_RDONLY_CLOEXEC, 0, 0);
            if (handle >= 0) {
                long _ = call(FADVISE, handle, 0, 0, POSIX_FADV_DONTNEED, 0);
                long _ = call(CLOSE, handle, 0, 0, 0, 0);
            }
        }
    }

    /** Gives what the C library keeps for later back to the system; other libraries keep less. */
    // Takes a number, changes no memory of ours.
    @SuppressWarnings("restricted")
    static void trimNativeHeap() {
        Linker linker = Linker.nativeLinker();
        var trim = linker.defaultLookup().find("malloc_trim");
        if (trim.isPresent()) {
            var shape = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
            try {
                int _ = (int) linker.downcallHandle(trim.get(), shape).invokeExact(0L);
            } catch (Throwable t) {
                throw new IllegalStateException("malloc_trim failed", t);
            }
        }
    }

    private static long limit(long pid, int what, long value) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocateFrom(ValueLayout.JAVA_LONG, value, value);
            return call(PRLIMIT, pid, what, limit.address(), 0, 0);
        }
    }

    /** A new timer that sends {@code signal} to the caller's process; negative if refused. */
    static int timer(int signal) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(SIGEVENT_BYTES);
            event.set(ValueLayout.JAVA_INT, 8, signal);
            MemorySegment id = arena.allocate(ValueLayout.JAVA_INT);
            long made = call(TIMER_CREATE, CLOCK_MONOTONIC, event.address(), id.address(), 0, 0);
            return made < 0 ? -1 : id.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /**
     * Starts a timer over.
     *
     * @param when address of an {@code itimerspec}: four longs, of which the last two are seconds
     *     and nanoseconds until it fires
     */
    static long arm(int timer, long when) {
        return call(TIMER_SETTIME, timer, 0, when, 0, 0);
    }

    /** Opens a file for writing; negative if it can't be. */
    static int open(Path file) {
        return open(file, O_WRONLY_CLOEXEC);
    }

    /** Opens a file or folder for reading; negative if it can't be. */
    static int openToRead(Path file) {
        return open(file, O_RDONLY_CLOEXEC);
    }

    /** A handle on a file or folder that allows neither to read nor to write it. */
    static int openPath(Path file) {
        return open(file, O_PATH_CLOEXEC);
    }

    private static int open(Path file, int how) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toAbsolutePath().toString());
            return (int) call(OPENAT, AT_FDCWD, path.address(), how, 0, 0);
        }
    }

    /** Whether the processor is an AArch64, else it is an x86-64. */
    static boolean isArm() {
        return ARM;
    }

    /** No program that the caller's thread starts gets more rights than it has. */
    static long noNewPrivileges() {
        return call(PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }

    /** Puts a filter of system calls on all threads of this process; 0 if it holds. */
    static long filter(long program) {
        return call(SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program, 0, 0);
    }

    /** Whether no socket of any kind can be made; one that can is closed again. */
    static boolean socketsAreRefused() {
        boolean refused = true;
        for (int family : SOCKET_FAMILIES) {
            long socket = call(SOCKET, family, SOCK_STREAM, 0, 0, 0);
            if (socket >= 0) {
                close((int) socket);
                refused = false;
            }
        }
        return refused;
    }

    static long landlockCreate(long rules, long bytes, long flags) {
        return call(LANDLOCK_CREATE_RULESET, rules, bytes, flags, 0, 0);
    }

    static long landlockAdd(int ruleset, long rule) {
        return call(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0, 0);
    }

    static long landlockEnter(int ruleset) {
        return call(LANDLOCK_RESTRICT_SELF, ruleset, 0, 0, 0, 0);
    }

    /** The calling thread, and what it starts, never takes a processor from others by waking up. */
    static long batch() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment priority = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
            return call(SCHED_SETSCHEDULER, 0, SCHED_BATCH, priority.address(), 0, 0);
        }
    }

    /**
     * The calling thread wants to run in short slices, so that its turn comes sooner when it wakes
     * up; Linux 6.12 and newer listen to it.
     */
    static long shortSlices(long nanos) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SCHED_ATTR_BYTES, 8);
            attributes.set(ValueLayout.JAVA_INT, 0, SCHED_ATTR_BYTES);
            attributes.set(ValueLayout.JAVA_LONG, 24, nanos);
            return call(SCHED_SETATTR, 0, attributes.address(), 0, 0, 0);
        }
    }

    static long write(int file, long address, long bytes) {
        return call(WRITE, file, address, bytes, 0, 0);
    }

    static long close(int file) {
        return call(CLOSE, file, 0, 0, 0, 0);
    }
}
