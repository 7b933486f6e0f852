package org.idlefleet.edge.adapter.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How to start a worker.
 *
 * @param command the command line up to the worker's own arguments
 * @param environment variables beside those of the daemon
 */
public record WorkerLaunch(List<String> command, Map<String, String> environment) {
    public WorkerLaunch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** With the Java and the class path that run the daemon. */
    public static WorkerLaunch likeThis() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkerProcess.class.getName()));
        return new WorkerLaunch(command, Map.of());
    }
}
