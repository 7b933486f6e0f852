package org.idlefleet.edge.adapter.bus;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;

/** A real message bus with services on it that answer what they are told to, or not at all. */
final class FakeSystem implements AutoCloseable {
    private final Path program;
    private final Path directory;
    private Process daemon;

    FakeSystem(Path program, Path directory) throws IOException {
        this.program = program;
        this.directory = directory;
        Files.writeString(
                directory.resolve("bus.conf"),
                """
                <busconfig>
                  <type>custom</type>
                  <listen>unix:path=%s</listen>
                  <auth>EXTERNAL</auth>
                  <policy context="default">
                    <allow send_destination="*" eavesdrop="true"/>
                    <allow eavesdrop="true"/>
                    <allow own="*"/>
                  </policy>
                </busconfig>
                """
                        .formatted(directory.resolve("bus")));
        this.daemon = launch();
    }

    /**
     * The daemon's program on this machine; empty if there is none, or no library to speak to it.
     */
    static Optional<Path> installed() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return LibSystemd.load()
                .flatMap(_ ->
                        Stream.of(path.split(File.pathSeparator))
                                .map(folder -> Path.of(folder, "dbus-daemon"))
                                .filter(Files::isExecutable)
                                .findFirst());
    }

    String address() {
        return "unix:path=" + directory.resolve("bus");
    }

    private Process launch() throws IOException {
        Process process =
                new ProcessBuilder(
                                program.toString(),
                                "--config-file=" + directory.resolve("bus.conf"),
                                "--nofork",
                                "--nopidfile",
                                "--print-address=1")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        var out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
        if (out.readLine() == null) {
            throw new IOException("dbus-daemon does not start");
        }
        return process;
    }

    /** The bus is gone; all connections end. */
    void kill() {
        daemon.destroyForcibly().onExit().join();
    }

    void restart() throws IOException {
        Files.deleteIfExists(directory.resolve("bus"));
        daemon = launch();
    }

    @Override
    public void close() {
        kill();
    }

    /**
     * A value as it goes over the bus.
     *
     * @param type its signature: a basic type, {@code v}, {@code a{sv}} or an array or structure of
     *     such
     * @param value a number, boolean, text, {@code Typed}, map of texts to {@code Typed}, or list
     */
    record Typed(String type, Object value) {
        static Typed yes(boolean yes) {
            return new Typed("b", yes);
        }

        static Typed text(String text) {
            return new Typed("s", text);
        }

        static Typed unsigned(long number) {
            return new Typed("u", number);
        }

        static Typed micros(long micros) {
            return new Typed("t", micros);
        }
    }

    /** Somebody on the bus: a thread with a connection, which answers from what it was given. */
    static final class Service implements AutoCloseable {
        private final String name;
        private final String address;
        private final Thread thread;
        private final Map<String, Typed> answers = new TreeMap<>();
        private final List<Typed[]> signals = new ArrayList<>();
        private boolean hangs;
        private volatile boolean ready;
        private volatile boolean closed;

        /** Takes the name before it returns. */
        Service(String name, String address) {
            this.name = name;
            this.address = address;
            this.thread = Thread.ofPlatform().name("fake " + name).daemon().start(this::run);
            while (!ready && thread.isAlive()) {
                LockSupport.parkNanos(1_000_000);
            }
            if (!ready) {
                throw new IllegalStateException(name + " can't be served");
            }
        }

        /** What it answers to a call at this path; {@code GetAll} is told by its interface. */
        synchronized Service answers(String path, String member, Typed answer) {
            answers.put(path + " " + member, answer);
            return this;
        }

        synchronized Service has(String path, String type, Map<String, Typed> properties) {
            return answers(path, "GetAll " + type, new Typed("a{sv}", properties));
        }

        synchronized void hangs(boolean wanted) {
            hangs = wanted;
        }

        synchronized void signals(String path, String type, String member) {
            signals.add(
                    new Typed[] {
                        Typed.text(path), Typed.text(type), Typed.text(member),
                    });
        }

        private void run() {
            try (var server = new Server(address, name)) {
                ready = true;
                while (!closed) {
                    server.serve(this::answer);
                    for (Typed[] signal : due()) {
                        server.signal(
                                (String) signal[0].value(),
                                (String) signal[1].value(),
                                (String) signal[2].value());
                    }
                }
            } catch (BusException e) {
                // The bus was killed.
            }
        }

        private synchronized List<Typed[]> due() {
            var due = List.copyOf(signals);
            signals.clear();
            return due;
        }

        /** Empty to say nothing; a type that is empty for an error. */
        private synchronized Optional<Typed> answer(String call) {
            return hangs
                    ? Optional.empty()
                    : Optional.of(answers.getOrDefault(call, new Typed("", "")));
        }

        @Override
        public void close() {
            closed = true;
            while (thread.isAlive()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** The serving half of sd-bus. */
    private static final class Server implements AutoCloseable {
        private final LibSystemd library = LibSystemd.load().orElseThrow();
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment scratch = arena.allocate(64, 8);
        private final MethodHandle path = pointer("sd_bus_message_get_path");
        private final MethodHandle member = pointer("sd_bus_message_get_member");
        private final long connection;

        Server(String address, String name) throws BusException {
            call("sd_bus_new", scratch.address());
            connection = scratch.get(ValueLayout.JAVA_LONG, 0);
            call("sd_bus_set_address", connection, text(address));
            call("sd_bus_set_bus_client", connection, 1);
            call("sd_bus_start", connection);
            int got = library.function("sd_bus_request_name", 3).call(connection, text(name), 0);
            if (got < 0) {
                throw new BusException("the name was not given: " + got);
            }
        }

        @SuppressWarnings("restricted")
        private static MethodHandle pointer(String name) {
            var symbols = SymbolLookup.libraryLookup("libsystemd.so.0", Arena.global());
            return Linker.nativeLinker()
                    .downcallHandle(
                            symbols.findOrThrow(name),
                            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        }

        private long text(String text) {
            return arena.allocateFrom(text).address();
        }

        private int call(String name, long... words) throws BusException {
            LibSystemd.Function function = library.function(name, words.length);
            int done =
                    switch (words.length) {
                        case 1 -> function.call(words[0]);
                        case 2 -> function.call(words[0], words[1]);
                        case 3 -> function.call(words[0], words[1], words[2]);
                        default -> function.call(words[0], words[1], words[2], words[3], words[4]);
                    };
            if (done < 0) {
                throw new BusException(name + ": " + done);
            }
            return done;
        }

        private static String string(MethodHandle getter, long message) {
            try {
                return LibSystemd.text((long) getter.invokeExact(message));
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
        }

        /** Answers one call, or waits a moment for one. */
        void serve(Function<String, Optional<Typed>> answers) throws BusException {
            scratch.set(ValueLayout.JAVA_LONG, 0, 0);
            if (call("sd_bus_process", connection, scratch.address()) == 0) {
                call("sd_bus_wait", connection, 2_000);
                return;
            }
            long message = scratch.get(ValueLayout.JAVA_LONG, 0);
            if (message == 0) {
                return;
            }
            if (call("sd_bus_message_is_method_call", message, 0, 0) > 0) {
                String what = string(path, message) + " " + string(member, message);
                int texts = what.endsWith("GetAll") ? 1 : what.endsWith("Inhibit") ? 4 : 0;
                for (int i = 0; i < texts; i++) {
                    call("sd_bus_message_read_basic", message, 's', scratch.address());
                    what += " " + LibSystemd.text(scratch.get(ValueLayout.JAVA_LONG, 0));
                }
                Optional<Typed> answer = answers.apply(what);
                if (answer.isPresent()) {
                    reply(message, answer.get());
                }
            }
            call("sd_bus_message_unref", message);
        }

        private void reply(long question, Typed answer) throws BusException {
            if (answer.type().isEmpty()) {
                MemorySegment error = arena.allocate(24, 8);
                error.set(
                        ValueLayout.JAVA_LONG, 0, text("org.freedesktop.DBus.Error.UnknownObject"));
                error.set(ValueLayout.JAVA_LONG, 8, text("nothing here"));
                call("sd_bus_reply_method_error", question, error.address());
                return;
            }
            call("sd_bus_message_new_method_return", question, scratch.address());
            send(scratch.get(ValueLayout.JAVA_LONG, 0), List.of(answer));
        }

        void signal(String path, String type, String member) throws BusException {
            call(
                    "sd_bus_message_new_signal",
                    connection,
                    scratch.address(),
                    text(path),
                    text(type),
                    text(member));
            send(scratch.get(ValueLayout.JAVA_LONG, 0), List.of());
        }

        private void send(long message, List<Typed> values) throws BusException {
            for (Typed value : values) {
                append(message, value.type(), value.value());
            }
            call("sd_bus_send", connection, message, 0);
            call("sd_bus_message_unref", message);
        }

        private void append(long message, String type, Object value) throws BusException {
            char first = type.charAt(0);
            String rest = type.substring(1);
            switch (first) {
                case 's', 'o' ->
                        call("sd_bus_message_append_basic", message, first, text((String) value));
                case 'v' -> {
                    var inside = (Typed) value;
                    open(message, first, inside.type());
                    append(message, inside.type(), inside.value());
                    call("sd_bus_message_close_container", message);
                }
                case 'a' -> {
                    open(message, first, rest);
                    if (value instanceof Map<?, ?> map) {
                        for (Map.Entry<?, ?> entry : map.entrySet()) {
                            open(message, 'e', "sv");
                            append(message, "s", entry.getKey());
                            append(message, "v", entry.getValue());
                            call("sd_bus_message_close_container", message);
                        }
                    } else {
                        for (Object element : (List<?>) value) {
                            append(message, rest, element);
                        }
                    }
                    call("sd_bus_message_close_container", message);
                }
                case '(' -> {
                    String fields = rest.substring(0, rest.length() - 1);
                    open(message, 'r', fields);
                    for (int i = 0; i < fields.length(); i++) {
                        append(message, fields.substring(i, i + 1), ((List<?>) value).get(i));
                    }
                    call("sd_bus_message_close_container", message);
                }
                default -> {
                    MemorySegment number = arena.allocate(8, 8);
                    switch (value) {
                        case Boolean yes -> number.set(ValueLayout.JAVA_INT, 0, yes ? 1 : 0);
                        case Double real -> number.set(ValueLayout.JAVA_DOUBLE, 0, real);
                        case Number whole ->
                                number.set(ValueLayout.JAVA_LONG, 0, whole.longValue());
                        default -> throw new IllegalArgumentException(type + " " + value);
                    }
                    call("sd_bus_message_append_basic", message, first, number.address());
                }
            }
        }

        private void open(long message, char type, String contents) throws BusException {
            call("sd_bus_message_open_container", message, type, text(contents));
        }

        @Override
        public void close() {
            int _ = library.function("sd_bus_close_unref", 1).call(connection);
            arena.close();
        }
    }
}
