package org.idlefleet.coordinator.verification.mutants;

import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Tries each seeded bug: compiles its package with it, runs the package's tests, and says which one
 * found it. Run in the coordinator's directory with the test class paths of all modules that bugs
 * are seeded in; ends with 1 if a bug survives or the tests fail without one.
 */
public final class Mutants {
    /** Where bugs are seeded. */
    static final List<Room> ROOMS =
            List.of(
                    new Room(
                            "coordinator",
                            "verification",
                            "org.idlefleet.coordinator.verification.",
                            15),
                    new Room("coordinator", "core", "org.idlefleet.coordinator.", 15),
                    new Room("edge-node", "gate", "org.idlefleet.edge.gate.", 15),
                    new Room("edge-node", "linux", "org.idlefleet.edge.adapter.linux.", 10));

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final List<String> tests = new ArrayList<>();
    private final Room room;

    /**
     * A package whose sources the bugs of one directory are about.
     *
     * @param module that it is in
     * @param name of the directory
     * @param prefix of the names of its classes
     * @param least bugs that there are
     */
    record Room(String module, String name, String prefix, int least) {
        Path sources() {
            return home().resolve(Path.of("src/main/java", prefix.split("\\.")));
        }

        Path patches() {
            return home().resolve("src/test/mutants").resolve(name);
        }

        Path tests() {
            return home().resolve("target/test-classes");
        }

        private Path home() {
            return Path.of("..", module);
        }

        /** Whether the class, an inner one perhaps, is of this package and no other below it. */
        boolean has(String type) {
            return type.startsWith(prefix) && type.indexOf('.', prefix.length()) < 0;
        }
    }

    private Mutants(Room room) throws IOException {
        this.room = room;
        try (Stream<Path> files =
                Files.list(room.tests().resolve(room.prefix().replace('.', '/')))) {
            files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith("Test.class"))
                    .sorted()
                    .map(file ->
                            room.prefix() + file.substring(0, file.length() - ".class".length()))
                    .forEach(tests::add);
        }
    }

    public static void main(String[] names) throws Exception {
        List<String> wanted = List.of(names);
        int tried = 0;
        int survived = 0;
        for (Room room : ROOMS) {
            List<Mutant> all =
                    Mutant.of(room.patches()).stream()
                            .filter(one -> wanted.isEmpty() || wanted.contains(one.name()))
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

    private List<Source> sources(Optional<Mutant> mutant) throws IOException {
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

    /** The test that fails, or nothing if all pass. */
    private Optional<String> killer(List<Source> sources) throws Exception {
        Path classes = Files.createTempDirectory("idlefleet-mutant");
        try {
            compile(sources, classes);
            var run = new FutureTask<>(() -> firstFailure(classes));
            var threads = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
            threads.execute(run);
            threads.shutdown();
            return run.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return Optional.of("does not end");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the tests cannot be run", e);
        } finally {
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void compile(List<Source> sources, Path classes) {
        var messages = new StringWriter();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"));
        if (!compiler.getTask(messages, null, null, options, null, sources).call()) {
            throw new IllegalStateException("a mutant does not compile: " + messages);
        }
    }

    /** Test by test, so that a bug that is found early costs little. */
    private Optional<String> firstFailure(Path classes) throws Exception {
        URL[] path = {classes.toUri().toURL(), room.tests().toUri().toURL()};
        try (var loader = new Mutated(path, room)) {
            Thread.currentThread().setContextClassLoader(loader);
            for (String test : tests) {
                var summary = new SummaryGeneratingListener();
                LauncherFactory.create()
                        .execute(
                                LauncherDiscoveryRequestBuilder.request()
                                        .selectors(
                                                DiscoverySelectors.selectClass(
                                                        loader.loadClass(test)))
                                        .filters(ClassNameFilter.includeClassNamePatterns(".*"))
                                        .build(),
                                summary);
                if (summary.getSummary().getTestsFoundCount() == 0) {
                    throw new IllegalStateException(test + " has no tests");
                }
                for (var failure : summary.getSummary().getFailures()) {
                    return Optional.of(
                            test.substring(room.prefix().length())
                                    + ": "
                                    + failure.getTestIdentifier().getDisplayName());
                }
            }
        }
        return Optional.empty();
    }

    /** Loads the mutated classes and their tests, and everything else as usual. */
    private static final class Mutated extends URLClassLoader {
        private final Room room;

        Mutated(URL[] path, Room room) {
            super(path, Mutants.class.getClassLoader());
            this.room = room;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (room.has(name) && findLoadedClass(name) == null) {
                    return findClass(name);
                }
                return super.loadClass(name, resolve);
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
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
