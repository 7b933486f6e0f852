package org.idlefleet.cli.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of ours, with its output in a file. Thread-safe. */
public final class Child {
    private static final int TAIL_LINES = 15;

    private final String name;
    private final Path output;
    private final Process process;

    private Child(String name, Path output, Process process) {
        this.name = name;
        this.output = output;
        this.process = process;
    }

    /**
     * Starts {@code idlefleet ARGUMENTS}.
     *
     * @param output is appended to
     * @param outlives whether it goes on when this process has ended
     */
    public static Child start(
            String name,
            List<String> arguments,
            Map<String, String> environment,
            Path output,
            boolean outlives) {
        var builder = new ProcessBuilder(Launch.command(arguments)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Leash.tie(builder.environment(), outlives);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        if (outlives) {
            builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        }
        try {
            return new Child(name, output, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can't be started: " + e.getMessage(), e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(10));
    }

    /** SIGSTOP: it does nothing more until it is thawed. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP", pid());
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT", pid());
    }

    /**
     * Sends a signal and waits until it is sent.
     *
     * @param name without its SIG
     * @throws IOException if there is no such process, or it may not be signalled
     */
    public static void signal(String name, long pid) throws IOException, InterruptedException {
        // The shell's own: not every system has a program for it.
        var shell = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid);
        if (shell.start().waitFor() != 0) {
            throw new IOException("SIG" + name + " did not reach process " + pid);
        }
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for its end; false if the time was too short. */
    public boolean await(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Its exit code; it must have ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Everything it printed. */
    public String printed() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return "(" + output + " can't be read: " + e.getMessage() + ")";
        }
    }

    /** The last lines it printed, for messages. */
    public String tail() {
        List<String> lines = printed().lines().toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
