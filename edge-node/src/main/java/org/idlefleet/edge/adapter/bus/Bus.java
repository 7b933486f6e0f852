package org.idlefleet.edge.adapter.bus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connection to a message bus, which asks and listens. Nothing waits longer than its limit. Who
 * is asked is never started for it. One thread at a time.
 *
 * <p>Values are texts (also paths and signatures), {@link Boolean}, {@link Long} for all whole
 * numbers, {@link Double}, {@link List} for arrays and structures, and {@link Map} for dictionaries
 * whose keys are texts; variants are what is in them.
 */
final class Bus implements AutoCloseable {
    /** Longer texts of others are refused. */
    static final int TEXT_BYTES_MAX = 1 << 20;

    /** Answers with more values than this are refused. */
    private static final int VALUES_MAX = 20_000;

    /** Messages that are taken in one go. */
    private static final int MESSAGES_MAX = 1_000;

    private static final int DEPTH_MAX = 16;

    /**
     * Of {@code fcntl(2)}: another handle on the same file, which no program started takes along.
     */
    private static final int DUPLICATE_CLOEXEC = 1030;

    /** Handles below are those of standard input and output. */
    private static final int HANDLE_MIN = 3;

    private static final long ERROR_BYTES = 24;

    private final Functions functions;
    private final Duration limit;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(64, 8);
    private final MemorySegment error = arena.allocate(ERROR_BYTES, 8);
    private long connection;
    private int values;

    /** What is called of the library. */
    private static final class Functions {
        final LibSystemd.Function create;
        final LibSystemd.Function setAddress;
        final LibSystemd.Function setBusClient;
        final LibSystemd.Function start;
        final LibSystemd.Function isReady;
        final LibSystemd.Function isOpen;
        final LibSystemd.Function process;
        final LibSystemd.Function await;
        final LibSystemd.Function closeUnref;
        final LibSystemd.Function newCall;
        final LibSystemd.Function setAutoStart;
        final LibSystemd.Function append;
        final LibSystemd.Function call;
        final LibSystemd.Function errorFree;
        final LibSystemd.Function unref;
        final LibSystemd.Function peek;
        final LibSystemd.Function enter;
        final LibSystemd.Function exit;
        final LibSystemd.Function read;
        final LibSystemd.Function handle;

        Functions(LibSystemd library) {
            create = library.function("sd_bus_new", 1);
            setAddress = library.function("sd_bus_set_address", 2);
            setBusClient = library.function("sd_bus_set_bus_client", 2);
            start = library.function("sd_bus_start", 1);
            isReady = library.function("sd_bus_is_ready", 1);
            isOpen = library.function("sd_bus_is_open", 1);
            process = library.function("sd_bus_process", 2);
            await = library.function("sd_bus_wait", 2);
            closeUnref = library.function("sd_bus_close_unref", 1);
            newCall = library.function("sd_bus_message_new_method_call", 6);
            setAutoStart = library.function("sd_bus_message_set_auto_start", 2);
            append = library.function("sd_bus_message_append_basic", 3);
            call = library.function("sd_bus_call", 5);
            errorFree = library.function("sd_bus_error_free", 1);
            unref = library.function("sd_bus_message_unref", 1);
            peek = library.function("sd_bus_message_peek_type", 3);
            enter = library.function("sd_bus_message_enter_container", 3);
            exit = library.function("sd_bus_message_exit_container", 1);
            read = library.function("sd_bus_message_read_basic", 3);
            handle = library.function("fcntl", 3);
        }
    }

    private Bus(Functions functions, Duration limit) {
        this.functions = functions;
        this.limit = limit;
    }

    /**
     * Connects.
     *
     * @param address such as {@code unix:path=/run/dbus/system_bus_socket}
     * @param limit how long each answer may take, also the first
     */
    static Bus open(LibSystemd library, String address, Duration limit) throws BusException {
        var bus = new Bus(new Functions(library), limit);
        try {
            bus.connect(address);
            return bus;
        } catch (BusException e) {
            bus.close();
            throw e;
        }
    }

    private void connect(String address) throws BusException {
        try (var texts = Arena.ofConfined()) {
            check(functions.create.call(scratch.address()), "sd_bus_new");
            connection = scratch.get(ValueLayout.JAVA_LONG, 0);
            check(
                    functions.setAddress.call(connection, texts.allocateFrom(address).address()),
                    "the address " + address);
            check(functions.setBusClient.call(connection, 1), "sd_bus_set_bus_client");
            check(functions.start.call(connection), "connecting to " + address);
        }
        long end = System.nanoTime() + limit.toNanos();
        while (check(functions.isReady.call(connection), "connecting to " + address) == 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new BusException(address + " does not answer");
            }
            if (check(functions.process.call(connection, 0), "connecting to " + address) == 0) {
                await(Duration.ofNanos(left));
            }
        }
    }

    /** Whether the connection still stands. */
    boolean alive() {
        return functions.isOpen.call(connection) > 0;
    }

    /** Asks to hear of signals that match a rule of the bus. */
    void listen(String rule) throws BusException {
        String bus = "org.freedesktop.DBus";
        call(bus, "/org/freedesktop/DBus", bus, "AddMatch", rule);
    }

    /** The properties of an object, by name. */
    Map<?, ?> properties(String service, String path, String type) throws BusException {
        List<Object> answer =
                call(service, path, "org.freedesktop.DBus.Properties", "GetAll", type);
        if (answer.size() == 1 && answer.getFirst() instanceof Map<?, ?> properties) {
            return properties;
        }
        throw new BusException(service + " has no properties at " + path + " but " + answer);
    }

    /**
     * Asks somebody.
     *
     * @param texts what he is told
     * @return what he answered
     * @throws BusException if he does not, within the limit, or there is no such one
     */
    List<Object> call(String service, String path, String type, String member, String... texts)
            throws BusException {
        return call(this::listed, service, path, type, member, texts);
    }

    /**
     * Asks somebody for a handle, such as a lock that lasts until it is closed.
     *
     * @return the handle, which is the caller's to close ({@link LibSystemd#close}) and outlives
     *     this connection
     * @throws BusException if he gives none within the limit
     */
    int handle(String service, String path, String type, String member, String... texts)
            throws BusException {
        return call(this::kept, service, path, type, member, texts);
    }

    /** What is made of an answer before it is gone. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(long answer) throws BusException;
    }

    private List<Object> listed(long answer) throws BusException {
        values = 0;
        return list(answer, 0);
    }

    private int kept(long answer) throws BusException {
        if (type(answer) != 'h') {
            throw new BusException("the answer holds no handle");
        }
        check(functions.read.call(answer, 'h', scratch.address()), "an answer");
        int theirs = scratch.get(ValueLayout.JAVA_INT, 0);
        return check(
                functions.handle.call(theirs, DUPLICATE_CLOEXEC, HANDLE_MIN),
                "keeping what was answered");
    }

    private <T> T call(
            Reader<T> reader,
            String service,
            String path,
            String type,
            String member,
            String... texts)
            throws BusException {
        String what = member.equals("GetAll") ? service : service + " " + member;
        try (var strings = Arena.ofConfined()) {
            check(
                    functions.newCall.call(
                            connection,
                            scratch.address(),
                            strings.allocateFrom(service).address(),
                            strings.allocateFrom(path).address(),
                            strings.allocateFrom(type).address(),
                            strings.allocateFrom(member).address()),
                    what);
            long question = scratch.get(ValueLayout.JAVA_LONG, 0);
            try {
                check(functions.setAutoStart.call(question, 0), what);
                for (String text : texts) {
                    long address = strings.allocateFrom(text).address();
                    check(functions.append.call(question, 's', address), what);
                }
                return ask(question, what, reader);
            } finally {
                int _ = functions.unref.call(question);
            }
        }
    }

    private <T> T ask(long question, String what, Reader<T> reader) throws BusException {
        error.fill((byte) 0);
        scratch.set(ValueLayout.JAVA_LONG, 0, 0);
        int done =
                functions.call.call(
                        connection,
                        question,
                        limit.toNanos() / 1000,
                        error.address(),
                        scratch.address());
        if (done < 0) {
            String name = LibSystemd.text(error.get(ValueLayout.JAVA_LONG, 0));
            int _ = functions.errorFree.call(error.address());
            throw new BusException(what + ": " + (name.isEmpty() ? number(done) : plain(name)));
        }
        long answer = scratch.get(ValueLayout.JAVA_LONG, 0);
        try {
            return reader.read(answer);
        } finally {
            int _ = functions.unref.call(answer);
        }
    }

    /** Takes what came; whether a signal was among it. */
    boolean heard() throws BusException {
        boolean heard = false;
        for (int i = 0; i < MESSAGES_MAX; i++) {
            scratch.set(ValueLayout.JAVA_LONG, 0, 0);
            int done = functions.process.call(connection, scratch.address());
            if (check(done, "listening to the bus") == 0) {
                break;
            }
            long message = scratch.get(ValueLayout.JAVA_LONG, 0);
            if (message != 0) {
                heard = true;
                int _ = functions.unref.call(message);
            }
        }
        return heard;
    }

    /** Waits until something comes, or that long. */
    void await(Duration time) throws BusException {
        check(functions.await.call(connection, time.toNanos() / 1000), "waiting for the bus");
    }

    /** Everything up to the end of what is being read. */
    private List<Object> list(long message, int depth) throws BusException {
        var list = new ArrayList<>();
        while (type(message) != 0) {
            list.add(value(message, depth));
        }
        return list;
    }

    /** What comes next, as a letter of the D-Bus specification; 0 at the end. */
    private char type(long message) throws BusException {
        int more = functions.peek.call(message, scratch.address(), scratch.asSlice(8, 8).address());
        return check(more, "an answer") == 0
                ? 0
                : (char) (scratch.get(ValueLayout.JAVA_BYTE, 0) & 0xff);
    }

    private Object value(long message, int depth) throws BusException {
        if (++values > VALUES_MAX || depth > DEPTH_MAX) {
            throw new BusException(
                    "an answer has more than "
                            + VALUES_MAX
                            + " values, or more than "
                            + DEPTH_MAX
                            + " in each other");
        }
        char type = type(message);
        long contents = scratch.get(ValueLayout.JAVA_LONG, 8);
        return switch (type) {
            case 'a' -> {
                boolean dictionary = LibSystemd.text(contents).startsWith("{s");
                enter(message, type, contents);
                Object whole =
                        dictionary ? dictionary(message, depth + 1) : list(message, depth + 1);
                exit(message);
                yield whole;
            }
            case 'r', 'e' -> {
                enter(message, type, contents);
                List<Object> whole = list(message, depth + 1);
                exit(message);
                yield whole;
            }
            case 'v' -> {
                enter(message, type, contents);
                Object inside = value(message, depth + 1);
                exit(message);
                yield inside;
            }
            default -> basic(message, type);
        };
    }

    private Map<String, Object> dictionary(long message, int depth) throws BusException {
        var map = new TreeMap<String, Object>();
        while (type(message) != 0) {
            enter(message, 'e', scratch.get(ValueLayout.JAVA_LONG, 8));
            String key = String.valueOf(value(message, depth + 1));
            map.put(key, value(message, depth + 1));
            exit(message);
        }
        return map;
    }

    private void enter(long message, char type, long contents) throws BusException {
        check(functions.enter.call(message, type, contents), "an answer");
    }

    private void exit(long message) throws BusException {
        check(functions.exit.call(message), "an answer");
    }

    private Object basic(long message, char type) throws BusException {
        scratch.set(ValueLayout.JAVA_LONG, 0, 0);
        check(functions.read.call(message, type, scratch.address()), "an answer");
        return switch (type) {
            case 's', 'o', 'g' -> {
                try {
                    yield LibSystemd.text(scratch.get(ValueLayout.JAVA_LONG, 0));
                } catch (IndexOutOfBoundsException e) {
                    throw new BusException("a text is longer than " + TEXT_BYTES_MAX + " bytes");
                }
            }
            case 'b' -> scratch.get(ValueLayout.JAVA_INT, 0) != 0;
            case 'd' -> scratch.get(ValueLayout.JAVA_DOUBLE, 0);
            case 'y' -> (long) (scratch.get(ValueLayout.JAVA_BYTE, 0) & 0xff);
            case 'n' -> (long) scratch.get(ValueLayout.JAVA_SHORT, 0);
            case 'q' -> (long) (scratch.get(ValueLayout.JAVA_SHORT, 0) & 0xffff);
            case 'i', 'h' -> (long) scratch.get(ValueLayout.JAVA_INT, 0);
            case 'u' -> Integer.toUnsignedLong(scratch.get(ValueLayout.JAVA_INT, 0));
            case 'x', 't' -> scratch.get(ValueLayout.JAVA_LONG, 0);
            default -> throw new BusException("an answer has the unknown type '" + type + "'");
        };
    }

    private static int check(int result, String what) throws BusException {
        if (result < 0) {
            throw new BusException(what + ": " + number(result));
        }
        return result;
    }

    private static String plain(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "ServiceUnknown", "NameHasNoOwner" -> "it does not run";
            case "Timeout", "NoReply", "ETIMEDOUT" -> "there was no answer in time";
            case "AccessDenied" -> "it is not allowed";
            default -> name;
        };
    }

    /** The few that people meet, by name; numbers are those of Linux. */
    private static String number(int result) {
        return switch (-result) {
            case 2 -> "there is no such socket";
            case 13, 1 -> "it is not allowed";
            case 22 -> "it makes no sense";
            case 104, 107, 32 -> "the connection ended";
            case 110 -> "there was no answer in time";
            case 111 -> "nobody listens";
            default -> "error " + -result;
        };
    }

    @Override
    public void close() {
        if (connection != 0) {
            int _ = functions.closeUnref.call(connection);
            connection = 0;
        }
        arena.close();
    }
}
