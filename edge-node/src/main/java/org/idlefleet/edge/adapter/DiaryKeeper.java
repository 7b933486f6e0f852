package org.idlefleet.edge.adapter;

import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.adapter.diary.DiaryFile;
import org.idlefleet.edge.adapter.linux.EnergySensors;
import org.idlefleet.edge.adapter.uplink.Uplink;
import org.idlefleet.edge.diary.Costs;
import org.idlefleet.edge.diary.Diary;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.Meter;
import org.idlefleet.edge.diary.Observation;
import org.idlefleet.edge.diary.Usage;
import org.idlefleet.edge.gate.Taken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;

/** Writes down in the diary what the loop shows. Thread-safe; writing waits for the disk. */
final class DiaryKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(DiaryKeeper.class);

    private final DiaryFile file;
    private final Meter meter;
    private final EnergySensors sensors;
    private final Uplink uplink;
    private volatile long drainedMillijoules;

    /**
     * @param costs what counts at the moment of each look
     */
    DiaryKeeper(Path file, Supplier<Costs> costs, EnergySensors sensors, Uplink uplink)
            throws IOException {
        this.file = DiaryFile.open(file);
        this.meter = new Meter(costs, this.file.diary());
        this.sensors = sensors;
        this.uplink = uplink;
    }

    /** Takes a look; a minute of them is lost at most if the power goes. */
    synchronized void see(EdgeLoop.Snapshot shown) {
        EdgeView view = shown.view();
        Optional<String> ended = ended(view);
        write(
                meter.see(
                        new Observation(
                                shown.at(),
                                shown.upNanos(),
                                ended,
                                shown.busyNanos(),
                                ended.isEmpty() ? sensors.joules(shown.upNanos()) : rest(),
                                shown.price(),
                                shown.draining(),
                                uplink.sentBytes(),
                                uplink.receivedBytes(),
                                view.counts().finished(),
                                shown.balance())));
        drainedMillijoules = meter.drainedMillijoules();
    }

    /** Energy that computing took out of a battery since the process started, as seen last. */
    long drainedMillijoules() {
        return drainedMillijoules;
    }

    /** What was used on the zone's day so far, to the minute. */
    Taken today(ZoneId zone, Instant now) {
        Usage used = ask(diary -> diary.lastDays(1, zone, now));
        return new Taken(
                Duration.ofMillis(used.computeMillis()),
                used.energyMillijoules() / 1000,
                used.sentBytes() + used.receivedBytes());
    }

    /** Asks the diary something. */
    synchronized <T> T ask(Function<Diary, T> question) {
        return question.apply(file.diary());
    }

    private static Optional<String> ended(EdgeView view) {
        if (!view.gate().equals("open")) {
            return Optional.of(view.gateReason());
        }
        return view.mode().equals("finishing") && view.held().isEmpty()
                ? Optional.of("owner: you said finish")
                : Optional.empty();
    }

    /** Sensors are not looked at while nothing computes. */
    private OptionalDouble rest() {
        sensors.rest();
        return OptionalDouble.empty();
    }

    private void write(List<Entry> entries) {
        try {
            file.append(entries);
        } catch (IOException e) {
            LOG.warn("the diary could not be written: {}", e.toString());
        }
    }

    synchronized void close(EdgeLoop.Snapshot last) throws IOException {
        write(meter.end(last.at(), "the node was stopped"));
        file.close();
    }
}
