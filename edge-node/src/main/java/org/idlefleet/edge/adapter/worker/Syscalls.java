package org.idlefleet.edge.adapter.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The filter of system calls that a worker puts on itself: a program for the kernel's BPF machine
 * ({@code linux/seccomp.h}, {@code linux/bpf_common.h}). What it refuses fails with EPERM; a caller
 * sees no more than that.
 */
final class Syscalls {
    // Instructions: load a word of the call, jump if equal, at least or any bit set, return.
    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int ALLOW = 0x7fff0000;
    private static final int FAIL = 0x00050000;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** Offsets in what the kernel shows the program. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    private static final int AUDIT_X86_64 = 0xC000003E;
    private static final int AUDIT_AARCH64 = 0xC00000B7;
    private static final int X32 = 0x40000000;
    private static final int CLONE_THREAD = 0x10000;
    private static final int TIOCSTI = 0x5412;
    private static final int TIOCLINUX = 0x541C;

    /**
     * Refused whatever the arguments, x86-64's number and AArch64's, -1 where there is none.
     *
     * <p>Network: socket, socketpair, connect, bind, listen, accept, accept4. Other programs and
     * processes: fork, vfork, execve, execveat, ptrace, kill, tkill, rt_sigqueueinfo,
     * rt_tgsigqueueinfo, pidfd_send_signal, pidfd_open, pidfd_getfd, process_vm_readv,
     * process_vm_writev, process_madvise, kcmp. What the owner set: setpriority,
     * sched_setscheduler, sched_setparam, sched_setattr, setrlimit. Doors into the kernel: mount,
     * umount2, pivot_root, chroot, the newer mount calls, unshare, setns, bpf, perf_event_open,
     * userfaultfd, keys, io_uring, modules, kexec, reboot, swap, names, clocks, quotas, handles of
     * files, ports.
     */
    private static final int[][] REFUSED = {
        {41, 198},
        {53, 199},
        {42, 203},
        {49, 200},
        {50, 201},
        {43, 202},
        {288, 242},
        {57, -1},
        {58, -1},
        {59, 221},
        {322, 281},
        {101, 117},
        {62, 129},
        {200, 130},
        {129, 138},
        {297, 240},
        {424, 424},
        {434, 434},
        {438, 438},
        {310, 270},
        {311, 271},
        {440, 440},
        {312, 272},
        {141, 140},
        {144, 119},
        {142, 118},
        {314, 274},
        {160, 164},
        {165, 40},
        {166, 39},
        {155, 41},
        {161, 51},
        {428, 428},
        {429, 429},
        {430, 430},
        {431, 431},
        {432, 432},
        {433, 433},
        {442, 442},
        {272, 97},
        {308, 268},
        {321, 280},
        {298, 241},
        {323, 282},
        {248, 217},
        {249, 218},
        {250, 219},
        {425, 425},
        {426, 426},
        {427, 427},
        {175, 105},
        {313, 273},
        {176, 106},
        {246, 104},
        {320, 294},
        {169, 142},
        {167, 224},
        {168, 225},
        {170, 161},
        {171, 162},
        {164, 170},
        {227, 112},
        {305, 266},
        {159, 171},
        {179, 60},
        {443, 443},
        {303, 264},
        {304, 265},
        {163, 89},
        {103, 116},
        {172, -1},
        {173, -1},
    };

    private final List<int[]> program = new ArrayList<>();

    private Syscalls() {}

    /** Refuses them in every thread of this process from now on; proved by a socket that fails. */
    static boolean refuse() {
        boolean arm = Kernel.isArm();
        var filter = new Syscalls();
        filter.write(arm);
        return filter.enter() && Kernel.socketsAreRefused();
    }

    private void write(boolean arm) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(EQUAL, 1, 0, arm ? AUDIT_AARCH64 : AUDIT_X86_64);
        add(RETURN, 0, 0, FAIL | EPERM);
        add(LOAD, 0, 0, NUMBER);
        if (!arm) {
            add(AT_LEAST, 0, 1, X32);
            add(RETURN, 0, 0, FAIL | EPERM);
        }
        for (int[] call : REFUSED) {
            int number = call[arm ? 1 : 0];
            if (number >= 0) {
                add(EQUAL, 0, 1, number);
                add(RETURN, 0, 0, FAIL | EPERM);
            }
        }
        // The C library then falls back to clone, whose flags can be seen.
        add(EQUAL, 0, 1, 435);
        add(RETURN, 0, 0, FAIL | ENOSYS);
        // clone: threads, not processes.
        add(EQUAL, 0, 4, arm ? 220 : 56);
        add(LOAD, 0, 0, ARGUMENTS);
        add(ANY_BIT, 1, 0, CLONE_THREAD);
        add(RETURN, 0, 0, FAIL | EPERM);
        add(RETURN, 0, 0, ALLOW);
        // tgkill: to itself.
        add(EQUAL, 0, 4, arm ? 131 : 234);
        add(LOAD, 0, 0, ARGUMENTS);
        add(EQUAL, 1, 0, (int) ProcessHandle.current().pid());
        add(RETURN, 0, 0, FAIL | EPERM);
        add(RETURN, 0, 0, ALLOW);
        // prlimit64: ask, not set.
        add(EQUAL, 0, 6, arm ? 261 : 302);
        add(LOAD, 0, 0, ARGUMENTS + 16);
        add(EQUAL, 0, 3, 0);
        add(LOAD, 0, 0, ARGUMENTS + 20);
        add(EQUAL, 0, 1, 0);
        add(RETURN, 0, 0, ALLOW);
        add(RETURN, 0, 0, FAIL | EPERM);
        // ioctl: no typing into the owner's terminal.
        add(EQUAL, 0, 4, arm ? 29 : 16);
        add(LOAD, 0, 0, ARGUMENTS + 8);
        add(EQUAL, 1, 0, TIOCSTI);
        add(EQUAL, 0, 1, TIOCLINUX);
        add(RETURN, 0, 0, FAIL | EPERM);
        add(RETURN, 0, 0, ALLOW);
    }

    private void add(int code, int ifTrue, int ifFalse, int value) {
        program.add(new int[] {code, ifTrue, ifFalse, value});
    }

    private boolean enter() {
        try (var arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(8L * program.size(), 8);
            for (int i = 0; i < program.size(); i++) {
                int[] instruction = program.get(i);
                words.set(ValueLayout.JAVA_SHORT, 8L * i, (short) instruction[0]);
                words.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) instruction[1]);
                words.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) instruction[2]);
                words.set(ValueLayout.JAVA_INT, 8L * i + 4, instruction[3]);
            }
            MemorySegment head = arena.allocate(16, 8);
            head.set(ValueLayout.JAVA_SHORT, 0, (short) program.size());
            head.set(ValueLayout.JAVA_LONG, 8, words.address());
            return Kernel.noNewPrivileges() >= 0 && Kernel.filter(head.address()) == 0;
        }
    }
}
