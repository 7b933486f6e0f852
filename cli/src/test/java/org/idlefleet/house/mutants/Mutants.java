package org.idlefleet.house.mutants;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Tries each seeded bug: compiles its package with it, runs the package's tests, and says which one
 * found it. Run in the directory of a module with the test class paths of all modules that bugs are
 * seeded in; ends with 1 if a bug survives or the tests fail without one.
 */
public final class Mutants {
    /** Where bugs are seeded. */
    static final List<Room> ROOMS =
            List.of(
                    Room.of("coordinator", "verification", "coordinator.verification", 15),
                    Room.of("coordinator", "core", "coordinator", 15),
                    Room.of("edge-node", "gate", "edge.gate", 15),
                    Room.of("edge-node", "linux", "edge.adapter.linux", 10),
                    Room.of("edge-node", "bus", "edge.adapter.bus", 8),
                    Room.of("edge-node", "mqtt", "edge.adapter.mqtt", 8),
                    Room.of("edge-node", "kuksa", "edge.adapter.kuksa", 8),
                    // Whole nights must find bugs in the gate, too.
                    new Room(
                            "edge-node",
                            "nights",
                            "org.idlefleet.edge.gate.",
                            "simulator",
                            "org.idlefleet.simulator.nights.NightTest",
                            10));

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Enough for all tests, and filled by an endless list before their time is over. */
    private static final String MEMORY = "-Xmx1g";

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** Remembers what the class path holds, so that a compilation after the first is quick. */
    private static final StandardJavaFileManager FILES =
            COMPILER.getStandardFileManager(null, null, null);

    private final List<String> tests;
    private final Room room;

    /**
     * A package whose sources the bugs of one directory are about, and who must find them.
     *
     * @param module that it is in
     * @param name of the directory
     * @param prefix of the names of its classes
     * @param judge module of the tests
     * @param tests what the names of their classes begin with
     * @param least bugs that there are
     */
    record Room(String module, String name, String prefix, String judge, String tests, int least) {
        /** One whose own package's tests must find them. */
        static Room of(String module, String name, String type, int least) {
            String prefix = "org.idlefleet." + type + ".";
            return new Room(module, name, prefix, module, prefix, least);
        }

        Path sources() {
            return home().resolve(Path.of("src/main/java", prefix.split("\\.")));
        }

        Path patches() {
            return home().resolve("src/test/mutants").resolve(name);
        }

        private Path home() {
            return Path.of("..", module);
        }

        /** Test classes of that name, of one package and no other below it. */
        List<String> classes() throws IOException {
            int end = tests.lastIndexOf('.');
            Path compiled = Path.of("..", judge, "target/test-classes");
            try (Stream<Path> files =
                    Files.list(compiled.resolve(tests.substring(0, end).replace('.', '/')))) {
                return files.map(file -> tests.substring(0, end + 1) + file.getFileName())
                        .filter(file -> file.startsWith(tests) && file.endsWith("Test.class"))
                        .sorted()
                        .map(file -> file.substring(0, file.length() - ".class".length()))
                        .toList();
            }
        }
    }

    Mutants(Room room) throws IOException {
        this.room = room;
        this.tests = room.classes();
    }

    public static void main(String[] names) throws Exception {
        List<String> wanted = List.of(names);
        int tried = 0;
        int survived = 0;
        for (Room room : ROOMS) {
            List<Mutant> all =
                    Mutant.of(room.patches()).stream()
                            .filter(one ->
                                    wanted.isEmpty()
                                            || wanted.contains(one.name())
                                            || wanted.contains(room.name()))
                            .toList();
            var mutants = new Mutants(room);
            Optional<String> healthy =
                    all.isEmpty()
                            ? Optional.empty()
                            : mutants.killer(mutants.sources(Optional.empty()));
            if (healthy.isPresent()) {
                System.out.println("the tests fail without any mutant: " + healthy.get());
                System.exit(1);
            }
            for (Mutant mutant : all) {
                Optional<String> killer = mutants.killer(mutants.sources(Optional.of(mutant)));
                tried++;
                survived += killer.isPresent() ? 0 : 1;
                System.out.printf(
                        "%-8s %-30s %s%n",
                        killer.isPresent() ? "killed" : "SURVIVED",
                        mutant.name(),
                        killer.orElse(mutant.sentence()));
            }
        }
        System.out.printf(
                "%d mutants, %d killed, %d survived%n", tried, tried - survived, survived);
        System.exit(survived == 0 ? 0 : 1);
    }

    List<Source> sources(Optional<Mutant> mutant) throws IOException {
        var sources = new ArrayList<Source>();
        try (Stream<Path> files = Files.list(room.sources())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                String text = Files.readString(file);
                sources.add(
                        new Source(
                                room.prefix(),
                                name,
                                mutant.filter(m -> m.file().equals(name)).isPresent()
                                        ? mutant.get().applyTo(text)
                                        : text));
            }
        }
        return sources;
    }

    /** The test that fails, or why they come to no end, or nothing if all pass. */
    Optional<String> killer(List<Source> sources) throws Exception {
        Path classes = Files.createTempDirectory("idlefleet-mutant");
        try {
            Optional<String> refusal = refusal(sources, classes);
            if (refusal.isPresent()) {
                throw new IllegalStateException("a mutant does not compile: " + refusal.get());
            }
            return outcome(classes);
        } finally {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What the compiler says against the sources, or nothing if their classes are written. */
    static Optional<String> refusal(List<Source> sources, Path classes) {
        var messages = new StringWriter();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"));
        return COMPILER.getTask(messages, FILES, null, options, null, sources).call()
                ? Optional.empty()
                : Optional.of(messages.toString());
    }

    /** In a process of their own, because what does not end can only be ended with its process. */
    private Optional<String> outcome(Path classes) throws Exception {
        Path failure = classes.resolve("failure");
        var command =
                new ArrayList<String>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-ea",
                                MEMORY,
                                "-cp",
                                classes
                                        + File.pathSeparator
                                        + System.getProperty("java.class.path"),
                                Trial.class.getName(),
                                failure.toString()));
        command.addAll(tests);
        Process run = new ProcessBuilder(command).inheritIO().start();
        if (!run.waitFor(PATIENCE)) {
            run.destroyForcibly().waitFor();
            return Optional.of("does not end");
        }
        if (run.exitValue() != 0) {
            throw new IllegalStateException(
                    "the tests cannot be run: their process ended with " + run.exitValue());
        }
        return Files.exists(failure) ? Optional.of(Files.readString(failure)) : Optional.empty();
    }

    static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String prefix, String name, String text) {
            super(
                    URI.create("mutant:///" + prefix.replace('.', '/') + name),
                    JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
