package org.idlefleet.edge.adapter.trace;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.TraceLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A script of signals: each line says from when on a quantity has which value.
 *
 * <pre>
 * # offset since start   quantity            value
 * 0s                     vehicle.gear_park   yes
 * 0s                     vehicle.speed       0
 * 12.5s                  vehicle.gear_park   no
 * 90s                    temperature.device  unknown
 * </pre>
 *
 * <p>Of the lines whose time has come the last one in the file counts, so a line appended to the
 * file with offset {@code 0s} takes effect at once: the file is read again whenever it changes. A
 * file that can't be read, then, makes everything unknown.
 */
public final class TraceSource implements SignalSource {
    private static final Logger LOG = LoggerFactory.getLogger(TraceSource.class);
    private static final String NAME = "trace";

    private final Path file;
    private final Instant start;
    private String content;
    private List<TraceLine> lines;
    private final SortedSet<Told> provides = new TreeSet<>();

    /** Who says something about what; lines that name no source are the trace's own. */
    private record Told(Quantity quantity, String source) implements Comparable<Told> {
        static Told of(TraceLine line) {
            return new Told(line.quantity(), line.source().isEmpty() ? NAME : line.source());
        }

        @Override
        public int compareTo(Told other) {
            int byQuantity = quantity.compareTo(other.quantity);
            return byQuantity != 0 ? byQuantity : source.compareTo(other.source);
        }
    }

    /**
     * @param start what offsets count from
     * @throws IOException if the file can't be read or a line is wrong; says which
     */
    public TraceSource(Path file, Instant start) throws IOException {
        this.file = file;
        this.start = start;
        this.content = Files.readString(file);
        this.lines = parse(file, content);
        lines.forEach(line -> provides.add(Told.of(line)));
    }

    @Override
    public Set<Quantity> provides() {
        return provides.stream().map(Told::quantity).collect(Collectors.toSet());
    }

    @Override
    public List<Reading> read(Instant now) {
        refresh();
        Duration passed = Duration.between(start, now);
        Map<Told, OptionalDouble> values = new TreeMap<>();
        provides.forEach(told -> values.put(told, OptionalDouble.empty()));
        for (TraceLine line : lines) {
            if (line.offset().compareTo(passed) <= 0) {
                values.put(Told.of(line), line.value());
            }
        }
        return values.entrySet().stream()
                .map(entry ->
                        new Reading(
                                entry.getKey().quantity(),
                                entry.getValue(),
                                now,
                                entry.getKey().source()))
                .toList();
    }

    private static List<TraceLine> parse(Path file, String content) throws IOException {
        try {
            return TraceLine.parse(content);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " " + e.getMessage(), e);
        }
    }

    private void refresh() {
        try {
            String fresh = Files.readString(file);
            if (!fresh.equals(content)) {
                content = fresh;
                lines = parse(file, fresh);
                lines.forEach(line -> provides.add(Told.of(line)));
            }
        } catch (IOException e) {
            if (!lines.isEmpty()) {
                LOG.warn(
                        "the trace can't be read, its signals are unknown now: {}", e.getMessage());
            }
            content = "";
            lines = List.of();
        }
    }
}
