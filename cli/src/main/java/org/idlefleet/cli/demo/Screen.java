package org.idlefleet.cli.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * What the person watching sees: lines, and on a terminal one living line below them. Thread-safe.
 */
final class Screen {
    private static final int BAR = 28;
    private static final String CLEAR = "\r\u001b[2K";

    private final PrintWriter out;
    private final boolean living;
    private final long began = System.nanoTime();
    private String line = "";

    /**
     * @param living whether the output is a terminal
     */
    Screen(PrintWriter out, boolean living) {
        this.out = out;
        this.living = living;
    }

    Duration passed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    synchronized void say(String text) {
        if (living && !line.isEmpty()) {
            out.print(CLEAR);
        }
        out.println(text);
        out.print(living ? line : "");
        out.flush();
    }

    /** A heading with room above it. */
    void title(String text) {
        say("\n" + bold(text));
    }

    /** Something that happened just now. */
    void event(String text) {
        say(String.format(Locale.ROOT, "  %5.1f s  %s", passed().toMillis() / 1000.0, text));
    }

    /** How far the work is; shown where it can be overwritten. */
    synchronized void progress(int done, int all, double perSecond) {
        if (living) {
            int full = all == 0 ? 0 : BAR * done / all;
            line =
                    String.format(
                            Locale.ROOT,
                            "  [%s%s] %,d of %,d sentences, %.0f/s",
                            "#".repeat(full),
                            "-".repeat(BAR - full),
                            done,
                            all,
                            perSecond);
            out.print(CLEAR + line);
            out.flush();
        }
    }

    /** The living line is over. */
    synchronized void progressEnds() {
        if (living && !line.isEmpty()) {
            out.print(CLEAR);
            out.flush();
        }
        line = "";
    }

    String bold(String text) {
        return living && System.getenv("NO_COLOR") == null
                ? "\u001b[1m" + text + "\u001b[0m"
                : text;
    }
}
