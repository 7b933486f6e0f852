package org.idlefleet.edge.adapter;

import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.store.ModelStore;
import org.idlefleet.edge.adapter.store.StoredModel;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.edge.adapter.update.UpdateNotice;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.gate.Finding;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.Sentence;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at everything that a node needs and says what is missing and what to do about it. Changes
 * nothing, and may run beside the daemon; takes some seconds, more with models.
 */
public final class Doctor {
    /** Beyond this signatures of others would be refused. */
    private static final Duration CLOCK_LIMIT = Duration.ofMinutes(5);

    private static final int CONNECT_MILLIS = 5000;

    private final EdgeConfig config;
    private final WorkerLaunch launch;
    private final SteadyClock clock = new SteadyClock();
    private final List<Check> checks = new ArrayList<>();
    private final List<Bench> benches = new ArrayList<>();

    /** What was found. */
    public record Report(List<Check> checks, List<Bench> benches) {
        public Report {
            checks = List.copyOf(checks);
            benches = List.copyOf(benches);
        }

        /** Whether the node can work. */
        public boolean healthy() {
            return checks.stream().noneMatch(check -> check.level() == Check.Level.BAD);
        }
    }

    private Doctor(EdgeConfig config, WorkerLaunch launch) {
        this.config = config;
        this.launch = launch;
    }

    /** Looks at this device with this configuration. */
    public static Report look(EdgeConfig config, WorkerLaunch launch) {
        var doctor = new Doctor(config, launch);
        doctor.data();
        doctor.identity();
        doctor.coordinator();
        doctor.store();
        doctor.signals();
        doctor.updates();
        doctor.engines();
        return new Report(doctor.checks, doctor.benches);
    }

    private void data() {
        Path data = config.data();
        if (!Files.isDirectory(data)) {
            checks.add(
                    Check.bad(
                            "data",
                            data + " is not there",
                            "enrol this device: idlefleet edge enrol --token TOKEN"));
        } else if (!Files.isWritable(data)) {
            checks.add(
                    Check.bad(
                            "data",
                            data + " can't be written",
                            "run this as the user that the daemon runs as"));
        } else {
            checks.add(Check.ok("data", data.toString()));
        }
    }

    private void identity() {
        Path directory = DataDirectory.identity(config.data());
        try {
            NodeIdentity identity = NodeIdentity.load(directory);
            Instant now = clock.instant();
            Instant begins = identity.credentials().certificate().getNotBefore().toInstant();
            String who = identity.node() + " of " + identity.owner();
            String end = who + ", until " + identity.expires();
            if (now.isAfter(identity.expires())) {
                checks.add(
                        Check.bad(
                                "certificate",
                                end + ", which is over",
                                "remove " + directory + " and enrol again with a new token"));
            } else if (now.isAfter(identity.renewAt())) {
                checks.add(
                        Check.warn(
                                "certificate",
                                end + ", to be renewed",
                                "let the daemon run; it renews by itself"));
            } else {
                checks.add(Check.ok("certificate", end));
            }
            boolean behind = now.isBefore(begins.minus(CLOCK_LIMIT));
            checks.add(
                    behind
                            ? Check.bad(
                                    "clock",
                                    now + " is before the certificate's beginning, " + begins,
                                    "set the clock, best by NTP")
                            : Check.ok("clock", now.toString()));
        } catch (IOException | RuntimeException e) {
            checks.add(
                    Check.bad(
                            "certificate",
                            "none that can be read: " + e.getMessage(),
                            "enrol this device: idlefleet edge enrol --token TOKEN"));
        }
    }

    private void coordinator() {
        var at = config.coordinator();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(at.host(), at.port()), CONNECT_MILLIS);
            checks.add(Check.ok("coordinator", at + " answers"));
        } catch (IOException e) {
            checks.add(
                    Check.bad(
                            "coordinator",
                            at + " does not: " + e.getMessage(),
                            "check node.coordinator, the network and firewalls"));
        }
    }

    private void store() {
        Path models = DataDirectory.models(config.data());
        try {
            long used = Durable.bytesOf(models);
            long quota = config.models().quotaBytes();
            Path disk = Files.isDirectory(models) ? models : config.data();
            long free = Files.isDirectory(disk) ? Files.getFileStore(disk).getUsableSpace() : quota;
            String text =
                    "%d MiB of %d MiB, %d MiB of disk free"
                            .formatted(used >> 20, quota >> 20, free >> 20);
            checks.add(
                    free < config.models().keepFreeBytes()
                            ? Check.warn(
                                    "model store",
                                    text,
                                    "make room, or lower models.keepFree; no model is fetched")
                            : Check.ok("model store", text));
        } catch (IOException e) {
            checks.add(Check.bad("model store", Sentence.of(e), "check the disk"));
        }
    }

    private void updates() {
        String own = "this is " + EdgeDaemon.VERSION;
        if (config.models().trust().isEmpty() || !config.updatesCheck()) {
            String why =
                    config.updatesCheck()
                            ? "models.trustMetadata names no repository"
                            : "updates.check is false";
            checks.add(Check.ok("software", own + "; nobody looks for a newer one: " + why));
            return;
        }
        UpdateNotice known = UpdateNotice.read(DataDirectory.software(config.data()));
        String newer = known.sentence(EdgeDaemon.VERSION);
        if (!newer.isEmpty()) {
            String file =
                    known.release()
                            .flatMap(Release::here)
                            .map(here -> here.file() + " has SHA-256 " + here.digest().hex())
                            .orElse("its notes say how");
            checks.add(Check.warn("software", newer, file));
        } else if (!known.problem().isEmpty()) {
            checks.add(
                    Check.warn(
                            "software",
                            own + "; " + known.problem(),
                            "check models.trustMetadata, the network and the clock"));
        } else {
            checks.add(
                    Check.ok(
                            "software",
                            own
                                    + known.looked()
                                            .map(at -> "; nothing newer was there at " + at)
                                            .orElse("; the daemon has not looked yet")));
        }
    }

    private void signals() {
        List<SignalSource> sources = List.of();
        try {
            sources = Sources.of(config, config::rules, clock, Optional::empty);
            var gate = new Gate(config.rules().rules(Sources.provided(sources)));
            // The second look has something to compare with; a vehicle's broker has answered by
            // then.
            List<Reading> readings = List.of();
            for (int i = 0; i < 2; i++) {
                Thread.sleep(Math.max(1000, config.signals().every().toMillis()));
                Instant now = clock.instant();
                readings = sources.stream().flatMap(source -> source.read(now).stream()).toList();
                readings.forEach(gate::accept);
                gate.evaluate(now);
            }
            sources.forEach(this::asked);
            judge(readings, gate.findings(clock.instant()));
        } catch (IOException e) {
            checks.add(Check.bad("signals", Sentence.of(e), "check the section signals"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sources.forEach(SignalSource::close);
        }
    }

    /** How it stands with whom a source asks. */
    private void asked(SignalSource source) {
        if (source.state().isEmpty()) {
            return;
        }
        boolean silent =
                source.read(clock.instant()).stream()
                        .allMatch(reading -> reading.value().isEmpty());
        checks.add(
                silent
                        ? Check.warn(
                                "source",
                                source.state() + "; it has told nothing yet",
                                "check the section signals, and who should tell")
                        : Check.ok("source", source.state()));
    }

    private void judge(List<Reading> readings, List<Finding> findings) {
        Set<String> unknown = new HashSet<>();
        for (Reading reading : readings) {
            if (reading.value().isEmpty()) {
                unknown.add(reading.quantity().key());
                checks.add(
                        Check.warn(
                                "signal",
                                reading.quantity().key() + " is unknown to " + reading.source(),
                                "a rule that looks at it keeps the gate closed"));
            }
        }
        checks.add(Check.ok("signals", readings.size() - unknown.size() + " known and fresh"));
        for (Finding finding : findings) {
            String rule = "rule " + finding.rule();
            checks.add(
                    finding.holds()
                            ? Check.ok(rule, finding.text())
                            : Check.warn(
                                    rule,
                                    finding.text(),
                                    "nothing is computed until it holds for its time"));
        }
    }

    private void engines() {
        Optional<Path> group = WorkerEngine.controlGroup();
        checks.add(
                group.isPresent()
                        ? Check.ok("control group", group.get().toString())
                        : Check.warn(
                                "control group",
                                "none can be made; signals do the work, memory is capped per"
                                        + " process",
                                "run it by its systemd unit, which has Delegate=yes"));
        if (!Files.isDirectory(config.data())) {
            return;
        }
        List<StoredModel> models = ModelStore.complete(DataDirectory.models(config.data()));
        List<String> providers = WorkerEngine.compiledIn(config.data());
        checks.add(Check.ok("providers in this build", String.join(", ", providers)));
        Optional<String> chosen = chosen();
        var speeds = new Benches(config, launch);
        for (String provider : providers) {
            try {
                benches.addAll(speeds.of(provider, models));
            } catch (EngineException e) {
                checks.add(
                        Check.warn(
                                "provider " + provider,
                                String.valueOf(e.getMessage()),
                                "needs its device and driver; the others go on"));
            }
        }
        benches.stream()
                .filter(bench -> bench.problem().isPresent())
                .forEach(bench ->
                        checks.add(
                                Check.bad(
                                        "model " + bench.model(),
                                        bench.provider() + ": " + bench.problem().get(),
                                        "use another engine.provider")));
        if (models.isEmpty()) {
            checks.add(Check.ok("models", "none is here yet; the coordinator says which"));
        }
        Benches.best(benches).ifPresent(best -> checks.add(advice(best, chosen.orElse("none"))));
    }

    /** Says what the daemon would compute with; empty if it could not. */
    private Optional<String> chosen() {
        try (var engine = Benches.open(config, launch, config.engine().provider())) {
            engine.fallbacks()
                    .forEach(reason ->
                            checks.add(
                                    Check.warn(
                                            "provider not used",
                                            reason,
                                            "install its driver, or set engine.provider")));
            checks.add(Check.ok("computes with", engine.numericClass().toString()));
            checks.add(
                    engine.confined()
                            ? Check.ok("sandbox", engine.sandbox())
                            : Check.warn(
                                    "sandbox",
                                    engine.sandbox(),
                                    "use Linux 5.13 or newer; engine.sandbox=require insists"));
            return Optional.of(engine.provider());
        } catch (EngineException | IOException e) {
            checks.add(
                    Check.bad(
                            "worker",
                            String.valueOf(e.getMessage()),
                            "IDLEFLEET_LOG=DEBUG shows more; check engine.provider"));
            return Optional.empty();
        }
    }

    private static Check advice(Bench best, String chosen) {
        String text =
                best.provider() + ", by items per joule" + (best.measured() ? "" : " (estimated)");
        return best.provider().equals(chosen)
                ? Check.ok("best provider", text)
                : Check.warn(
                        "best provider",
                        text + "; the daemon takes " + chosen,
                        "set engine.provider to " + best.provider());
    }
}
