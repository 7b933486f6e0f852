package org.idlefleet.edge.adapter.bus;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;
import java.util.Optional;

/**
 * The functions of {@code libsystemd.so.0} that speak D-Bus ({@code sd-bus(3)}). Nothing of it is
 * loaded before it is asked for. Every argument is passed as a word of 64 bits, which is how both
 * x86-64 and AArch64 pass pointers and integers; what comes back is an int, negative for an error
 * number, and meaningless where the function returns a pointer.
 */
final class LibSystemd {
    private static final String NAME = "libsystemd.so.0";

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup library;

    /** A function by the number of its arguments. */
    final class Function {
        private final String name;
        private final MethodHandle handle;

        private Function(String name, int arguments) {
            this.name = name;
            this.handle = handle(name, arguments);
        }

        int call(long a) {
            try {
                return (int) handle.invokeExact(a);
            } catch (Throwable t) {
                throw broken(t);
            }
        }

        int call(long a, long b) {
            try {
                return (int) handle.invokeExact(a, b);
            } catch (Throwable t) {
                throw broken(t);
            }
        }

        int call(long a, long b, long c) {
            try {
                return (int) handle.invokeExact(a, b, c);
            } catch (Throwable t) {
                throw broken(t);
            }
        }

        int call(long a, long b, long c, long d, long e) {
            try {
                return (int) handle.invokeExact(a, b, c, d, e);
            } catch (Throwable t) {
                throw broken(t);
            }
        }

        int call(long a, long b, long c, long d, long e, long f) {
            try {
                return (int) handle.invokeExact(a, b, c, d, e, f);
            } catch (Throwable t) {
                throw broken(t);
            }
        }

        private IllegalStateException broken(Throwable t) {
            return new IllegalStateException(name + " can't be called", t);
        }
    }

    private LibSystemd(SymbolLookup library) {
        this.library = library;
    }

    /** The library of this machine; empty if there is none. */
    // What is looked up is called only with the shapes that its manual pages give.
    @SuppressWarnings("restricted")
    static Optional<LibSystemd> load() {
        try {
            return Optional.of(new LibSystemd(SymbolLookup.libraryLookup(NAME, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * A function of the library, or of those that it needs itself, such as the C library.
     *
     * @throws java.util.NoSuchElementException if this release of it has none of that name
     */
    Function function(String name, int arguments) {
        return new Function(name, arguments);
    }

    @SuppressWarnings("restricted")
    private MethodHandle handle(String name, int arguments) {
        var words =
                Collections.nCopies(arguments, ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new);
        return linker.downcallHandle(
                library.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, words));
    }

    /** Closes a handle that is the caller's. */
    void close(int handle) {
        int _ = function("close", 1).call(handle);
    }

    /** The text at an address, which ends with a zero byte; empty for no address. */
    // The library says that it is one.
    @SuppressWarnings("restricted")
    static String text(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address).reinterpret(Bus.TEXT_BYTES_MAX).getString(0);
    }
}
