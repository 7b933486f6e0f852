package org.idlefleet.cli.fleet;

import java.io.IOException;
import java.util.Map;

/**
 * What ties a child process to its parent: the child's standard input, which ends when the parent
 * does, however it ends. Nothing is ever left behind.
 */
public final class Leash {
    private static final String VARIABLE = "IDLEFLEET_CHILD";

    private Leash() {}

    /** The environment of a process that we start. */
    static void tie(Map<String, String> environment, boolean outlives) {
        environment.put(VARIABLE, outlives ? "free" : "tied");
        environment.put("ORT_DISABLE_TELEMETRY", "1");
        environment.put("OPT_OUT_TRACKING", "true");
    }

    /** In a child that is tied to its parent: ends with it from now on. */
    public static void follow() {
        if ("tied".equals(System.getenv(VARIABLE))) {
            Thread.ofPlatform().daemon().name("leash").start(Leash::waitForTheEnd);
        }
    }

    private static void waitForTheEnd() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes; only the end counts.
            }
        } catch (IOException e) {
            // The end as well.
        }
        Runtime.getRuntime().halt(1);
    }
}
