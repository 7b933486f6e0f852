package org.idlefleet.cli.fleet;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another process of ours: by the launcher that started us, else as we run now. */
public final class Launch {
    /** Set by the launcher to itself. */
    private static final String LAUNCHER = "IDLEFLEET_LAUNCHER";

    private Launch() {}

    /** The command line that runs {@code idlefleet ARGUMENTS}. */
    public static List<String> command(List<String> arguments) {
        var command = new ArrayList<String>();
        @Nullable String launcher = System.getenv(LAUNCHER);
        if (launcher == null) {
            // A package's own launcher says where it is.
            launcher = System.getProperty("jpackage.app-path");
        }
        if (launcher != null) {
            command.add(launcher);
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of(
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "org.idlefleet.cli.Idlefleet"));
        }
        command.addAll(arguments);
        return command;
    }
}
