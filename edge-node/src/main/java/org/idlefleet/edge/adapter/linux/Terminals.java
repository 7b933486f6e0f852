package org.idlefleet.edge.adapter.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When somebody last typed at a terminal. Of the virtual consoles, of which a kernel has 63, only
 * the one that is shown can be typed at: it is looked at each time, all of them when another one is
 * shown, and now and then.
 */
final class Terminals {
    private static final Pattern CONSOLE = Pattern.compile("tty[1-9][0-9]*");
    private static final Duration ALL = Duration.ofMinutes(10);

    private final Path dev;
    private final KeptFile shown;
    private String before = "";
    private Optional<Instant> last = Optional.empty();
    private Instant looked = Instant.MIN;

    Terminals(Path sys, Path dev) {
        this.dev = dev;
        this.shown = new KeptFile(sys.resolve("class/tty/tty0/active"));
    }

    /** The newest touch there was; empty where there is no terminal. Time never goes back. */
    Optional<Instant> lastTouch(Instant now) {
        List<Path> terminals = new ArrayList<>(KernelFile.list(dev.resolve("pts")));
        String console = shown.text();
        boolean other = console.isEmpty() || !console.equals(before);
        if (other || !now.isBefore(looked.plus(ALL))) {
            looked = now;
            before = console;
            KernelFile.list(dev).stream()
                    .filter(path -> CONSOLE.matcher(path.getFileName().toString()).matches())
                    .forEach(terminals::add);
        } else {
            terminals.add(dev.resolve(console));
        }
        for (Path terminal : terminals) {
            // A clock that was wrong once must not be remembered as a touch to come.
            Optional<Instant> touched = touched(terminal).map(at -> at.isAfter(now) ? now : at);
            if (touched.isPresent() && (last.isEmpty() || touched.get().isAfter(last.get()))) {
                last = touched;
            }
        }
        return last;
    }

    /** Empty for a terminal that went away between listing and looking. */
    private static Optional<Instant> touched(Path terminal) {
        try {
            return Optional.of(
                    Files.readAttributes(terminal, BasicFileAttributes.class)
                            .lastAccessTime()
                            .toInstant());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
