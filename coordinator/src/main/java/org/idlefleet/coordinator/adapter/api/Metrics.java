package org.idlefleet.coordinator.adapter.api;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.View;
import org.idlefleet.ledger.Posting;
import org.idlefleet.protocol.JobId;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the coordinator counts, as Prometheus reads it. Labels have a fixed set of values: no name
 * of a client, node or job becomes one.
 *
 * <p>{@link #accept} is the loop's witness and is only called on the loop's thread; it counts
 * replayed events not at all, because the loop shows it none. Everything else is thread-safe.
 */
public final class Metrics implements Consumer<Event> {
    private static final double[] SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    private final Map<Tier, CounterDataPoint> admitted = new EnumMap<>(Tier.class);
    private final Map<JobEnd, CounterDataPoint> ended = new EnumMap<>(JobEnd.class);
    private final Map<Tier, DistributionDataPoint> jobSeconds = new EnumMap<>(Tier.class);
    private final Map<Event.LeaseEnd, CounterDataPoint> leasesEnded =
            new EnumMap<>(Event.LeaseEnd.class);
    private final Map<JobId, Begun> open = new HashMap<>();
    private final Set<JobId> checks = new HashSet<>();
    private final CounterDataPoint itemsAdmitted;
    private final CounterDataPoint itemsSettled;
    private final CounterDataPoint shardsSettled;
    private final CounterDataPoint agreeing;
    private final CounterDataPoint inconclusive;
    private final CounterDataPoint dissenting;
    private final CounterDataPoint ballots;
    private final CounterDataPoint moreBallots;
    private final CounterDataPoint hedges;
    private final CounterDataPoint leasesGranted;
    private final CounterDataPoint leasesAnswered;
    private final CounterDataPoint computeSeconds;
    private final CounterDataPoint settledMicros;
    private final CounterDataPoint enrolled;
    private final CounterDataPoint banned;
    private final CounterDataPoint audits;
    private final CounterDataPoint undone;
    private final CounterDataPoint ringers;
    private final CounterDataPoint retracted;
    private final CounterDataPoint convicted;
    private final CounterDataPoint sessionsOpened;
    private final CounterDataPoint sessionsClosed;
    private final Gauge life;
    private final Gauge nodes;
    private final Gauge owners;
    private final Gauge slots;
    private final Gauge openJobs;
    private final Gauge openItems;
    private final Counter requests;
    private final Histogram requestSeconds;
    private final CounterDataPoint inputs;
    private final CounterDataPoint authFailures;

    /** When a job began, for how long it took. */
    private record Begun(Tier tier, Instant at) {}

    public Metrics() {
        Counter jobs = counter("jobs_admitted_total", "Jobs admitted.", "tier");
        Counter ends = counter("jobs_ended_total", "Jobs ended, by how.", "end");
        Histogram times = histogram("job_seconds", "From a job's admission to its end.", "tier");
        for (Tier tier : Tier.values()) {
            admitted.put(tier, jobs.labelValues(word(tier)));
            jobSeconds.put(tier, times.labelValues(word(tier)));
        }
        for (JobEnd end : JobEnd.values()) {
            ended.put(end, ends.labelValues(word(end)));
        }
        itemsAdmitted = counter("items_admitted_total", "Items of admitted jobs.");
        itemsSettled = counter("items_settled_total", "Items with an agreed result.");
        shardsSettled = counter("shards_settled_total", "Shards with an agreed result.");
        ballots =
                counter(
                        "ballots_total",
                        "Votes that were stored because they settled nothing at once.");
        Counter votes = counter("votes_total", "Votes of settled shards, by their fate.", "fate");
        agreeing = votes.labelValues("agreeing");
        inconclusive = votes.labelValues("inconclusive");
        dissenting = votes.labelValues("dissenting");
        moreBallots = counter("more_ballots_total", "Times that votes did not settle a shard.");
        hedges = counter("hedges_total", "Late shards given to one more node.");
        leasesGranted = counter("leases_granted_total", "Shards given to nodes.");
        leasesAnswered = counter("leases_answered_total", "Leases that brought a result.");
        Counter leaseEnds =
                counter("leases_ended_total", "Leases that ended without a result.", "end");
        for (Event.LeaseEnd end : Event.LeaseEnd.values()) {
            leasesEnded.put(end, leaseEnds.labelValues(word(end)));
        }
        computeSeconds = counter("compute_seconds_total", "Compute time that nodes state.");
        settledMicros =
                counter("settled_micros_total", "Micro-credits that settled shards cost clients.");
        enrolled = counter("nodes_enrolled_total", "Nodes enrolled.");
        audits = counter("audits_total", "Audits opened, ringers among them.");
        undone = counter("audits_undone_total", "Audits that ended because their time was over.");
        ringers = counter("ringers_total", "Ringers given out: work whose answer is known.");
        retracted = counter("results_retracted_total", "Settled results found wrong.");
        convicted = counter("owners_convicted_total", "Owners convicted.");
        banned = counter("nodes_banned_total", "Nodes banned.");
        sessionsOpened = counter("sessions_opened_total", "Park sessions begun.");
        sessionsClosed = counter("sessions_closed_total", "Park sessions ended.");
        life = gauge("life", "How many times this coordinator has started.");
        nodes = gauge("nodes", "Nodes connected.");
        owners = gauge("owners", "Owners with a node connected.");
        slots = gauge("slots", "Slots of connected nodes, by whether a lease holds them.", "held");
        openJobs = gauge("open_jobs", "Jobs that have not ended.");
        openItems = gauge("open_items", "Items of open jobs without an agreed result.");
        requests = counter("api_requests_total", "Requests answered.", "method", "route", "status");
        requestSeconds =
                histogram(
                        "api_request_seconds", "From a request's headers to its answer.", "route");
        inputs = counter("api_inputs_total", "Inputs of embeddings requests and batch jobs.");
        authFailures = counter("api_auth_failures_total", "Requests with a missing or wrong key.");
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case Event.LifeBegan began -> life.set(began.epoch());
            case Event.JobAdmitted job when job.audit().isPresent() -> {
                audits.inc();
                if (job.audit().get().ringer()) {
                    ringers.inc();
                } else {
                    checks.add(job.job());
                }
            }
            case Event.JobAdmitted job -> {
                of(admitted, job.tier()).inc();
                itemsAdmitted.inc(job.units().items());
                open.put(job.job(), new Begun(job.tier(), job.at()));
            }
            case Event.BallotCast _ -> ballots.inc();
            case Event.ShardSettled shard -> settled(shard);
            case Event.JobEnded job -> {
                of(ended, job.end()).inc();
                took(open.remove(job.job()), job.at());
                if (checks.remove(job.job()) && job.end() == JobEnd.DEADLINE) {
                    undone.inc();
                }
            }
            case Event.ResultRetracted _ -> retracted.inc();
            case Event.OwnerConvicted _ -> convicted.inc();
            case Event.NodeEnrolled _ -> enrolled.inc();
            case Event.NodeBanned _ -> banned.inc();
            case Event.SessionOpened _ -> sessionsOpened.inc();
            case Event.SessionClosed _ -> sessionsClosed.inc();
            case Event.LeaseGranted _ -> leasesGranted.inc();
            case Event.LeaseEnded lease -> of(leasesEnded, lease.end()).inc();
            case Event.LeaseAnswered lease -> {
                leasesAnswered.inc();
                computeSeconds.inc(seconds(lease.computeTime()));
            }
            case Event.HedgeWanted _ -> hedges.inc();
            case Event.MoreBallotsWanted _ -> moreBallots.inc();
            case Event.ModelRegistered _,
                    Event.ApiKeyCreated _,
                    Event.ApiKeyRevoked _,
                    Event.TokenIssued _,
                    Event.Booked _,
                    Event.PolicySet _,
                    Event.OwnerTermsSet _,
                    Event.AvailabilityPaid _,
                    Event.AvailabilityRestored _,
                    Event.RepeatsRestored _,
                    Event.AvailabilityCounted _,
                    Event.OwnerTrusted _,
                    Event.OwnerReinstated _,
                    Event.StandingRestored _,
                    Event.TermsSet _,
                    Event.DeviceTurnedAway _,
                    Event.DeviceRestored _,
                    Event.AlarmRestored _,
                    Event.BookRestored _,
                    Event.JobRestored _,
                    Event.Offered _,
                    Event.BeatSeen _ -> {}
        }
    }

    /** A request was answered; {@code route} is the path's pattern, never the path itself. */
    void answered(String method, String route, int status, long nanos) {
        requests.labelValues(method, route, Integer.toString(status)).inc();
        requestSeconds.labelValues(route).observe(nanos / 1e9);
    }

    void inputs(int count) {
        inputs.inc(count);
    }

    void authFailed() {
        authFailures.inc();
    }

    /** Sets the gauges to what the core just said. */
    void load(View.Load load) {
        nodes.set(load.nodes());
        owners.set(load.owners());
        slots.labelValues("true").set(load.heldSlots());
        slots.labelValues("false").set(load.slots() - load.heldSlots());
        openJobs.set(load.openJobs());
        openItems.set((double) load.openItems());
    }

    /** All of it, in the format that the reader accepts. */
    Scrape scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        var out = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't fail to be written", e);
        }
        return new Scrape(writer.getContentType(), out.toByteArray());
    }

    /** Metrics as bytes of a content type. */
    record Scrape(String type, byte[] body) {}

    private void settled(Event.ShardSettled shard) {
        shardsSettled.inc();
        itemsSettled.inc(shard.to() - shard.from());
        agreeing.inc(shard.agreeing().size());
        inconclusive.inc(shard.inconclusive().size());
        dissenting.inc(shard.dissenting().size());
        for (Posting posting : shard.postings()) {
            if (posting.account().pays()) {
                settledMicros.inc(Math.max(0, -posting.amount().millionths()));
            }
        }
    }

    /** A job admitted in an earlier life has no beginning here. */
    private void took(@Nullable Begun begun, Instant end) {
        if (begun != null) {
            of(jobSeconds, begun.tier()).observe(seconds(Duration.between(begun.at(), end)));
        }
    }

    private CounterDataPoint counter(String name, String help) {
        return Counter.builder()
                .name("idlefleet_" + name)
                .help(help)
                .withoutExemplars()
                .register(registry);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("idlefleet_" + name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder()
                .name("idlefleet_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    private Histogram histogram(String name, String help, String... labels) {
        return Histogram.builder()
                .name("idlefleet_" + name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .withoutExemplars()
                .register(registry);
    }

    /** All constants are there from the beginning. */
    private static <K extends Enum<K>, V> V of(Map<K, V> points, K key) {
        return Objects.requireNonNull(points.get(key));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
