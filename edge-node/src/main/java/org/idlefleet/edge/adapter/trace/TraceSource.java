package org.idlefleet.edge.adapter.trace;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

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
    private final Set<Quantity> provides = EnumSet.noneOf(Quantity.class);

    /**
     * @param start what offsets count from
     * @throws IOException if the file can't be read or a line is wrong; says which
     */
    public TraceSource(Path file, Instant start) throws IOException {
        this.file = file;
        this.start = start;
        this.content = Files.readString(file);
        this.lines = TraceLine.parse(file, content);
        lines.forEach(line -> provides.add(line.quantity()));
    }

    @Override
    public Set<Quantity> provides() {
        return Set.copyOf(provides);
    }

    @Override
    public List<Reading> read(Instant now) {
        refresh();
        Duration passed = Duration.between(start, now);
        Map<Quantity, OptionalDouble> values = new EnumMap<>(Quantity.class);
        provides.forEach(quantity -> values.put(quantity, OptionalDouble.empty()));
        for (TraceLine line : lines) {
            if (line.offset().compareTo(passed) <= 0) {
                values.put(line.quantity(), line.value());
            }
        }
        return values.entrySet().stream()
                .map(entry -> new Reading(entry.getKey(), entry.getValue(), now, NAME))
                .toList();
    }

    private void refresh() {
        try {
            String fresh = Files.readString(file);
            if (!fresh.equals(content)) {
                content = fresh;
                lines = TraceLine.parse(file, fresh);
                lines.forEach(line -> provides.add(line.quantity()));
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
