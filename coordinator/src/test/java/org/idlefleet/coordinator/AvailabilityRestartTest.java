package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** The minutes of ann's devices, while the process dies and comes back from its log. */
class AvailabilityRestartTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final OwnerId ANN = new OwnerId("ann");
    private static final NodeId CAR = new NodeId("ann-car");
    private static final Duration HOUR = Duration.ofHours(1);

    private final List<Event.Durable> log = new ArrayList<>();
    private final TreeMap<Long, NodeId> sessions = new TreeMap<>();
    private final List<Event.AvailabilityPaid> paid = new ArrayList<>();
    private Coordinator core = new Coordinator(Policy.standard(1));
    private Instant now = NOON;
    private long session;

    @BeforeEach
    void annIsPaidForBeingThere() {
        happen(new Event.LifeBegan(1, now));
        happen(
                new Event.PolicySet(
                        PolicyFile.parse(
                                "{version: 2, shares: {owner: 900000, platform: 100000},"
                                        + " availability: {microsPerHour: 6000, hoursPerDay: 24,"
                                        + " budgetPerDay: 9000000000}}"),
                        Money.ZERO,
                        now));
        happen(
                new Event.Booked(
                        new Transaction(
                                TransactionId.fund("x", "y"),
                                List.of(
                                        new Posting(AccountId.ISSUED, Money.ofUnits(-1_000)),
                                        new Posting(AccountId.REVENUE, Money.ofUnits(1_000)))),
                        now));
        Standing standing = Standing.fresh(now);
        for (int i = 0; i < Standing.WARM_UP; i++) {
            standing = standing.afterAgreement(now);
        }
        happen(new Event.StandingRestored(ANN, standing, Optional.empty(), Against.NOTHING));
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyMinuteThatWasWholeCountsWhereverTheProcessDies(long seed) {
        var random = new Random(seed);
        int expected = 0;
        for (Instant end = NOON.plus(HOUR); now.isBefore(end); ) {
            arrive(CAR);
            Instant from = now;
            Instant to = now.plusMillis(1 + random.nextInt(2_000_000));
            to = to.isBefore(end) ? to : end;
            until(to);
            expected += whole(from, to);
            if (to.isBefore(end)) {
                die(random.nextBoolean());
                until(now.plusMillis(random.nextInt(90_000)));
            }
        }
        die(random.nextBoolean());
        until(now.plus(HOUR));
        assertThat(paid)
                .filteredOn(event -> event.period().equals(NOON))
                .flatMap(Event.AvailabilityPaid::stood)
                .map(stood -> Map.of(stood.owner(), stood.devices()))
                .isEqualTo(
                        expected == 0
                                ? List.of()
                                : List.of(Map.of(ANN, new TreeMap<>(Map.of(CAR, expected)))));
    }

    /** Minutes that are over by the end, all through which it was there. */
    private static int whole(Instant from, Instant to) {
        long first = Math.floorDiv(from.toEpochMilli() + 59_999, 60_000);
        long end = Math.min(to.toEpochMilli(), NOON.plus(HOUR).toEpochMilli());
        return (int) Math.max(0, Math.floorDiv(end, 60_000) - first);
    }

    @Test
    void anHourThatEndedWhileTheProcessWasDownIsPaidAfterwards() {
        arrive(CAR);
        until(NOON.plusSeconds(59 * 60 + 30));
        die(true);
        now = NOON.plusSeconds(3 * 3_600);
        happen(new Event.LifeBegan(core.epoch() + 1, now));
        until(now.plusSeconds(120));
        assertThat(paid).hasSize(1);
        assertThat(paid.getFirst().period()).isEqualTo(NOON);
        assertThat(paid.getFirst().stood().getFirst().devices()).containsEntry(CAR, 59);
        assertThat(paid.getFirst().stood().getFirst().payment()).isPresent();
    }

    @Test
    void aDeviceThatRefusedGetsNothingForItsHourAlsoAfterARestart() {
        for (boolean snapshot : new boolean[] {false, true}) {
            arrive(CAR);
            Instant hour = now;
            until(hour.plusSeconds(600));
            happen(
                    new Event.LeaseEnded(
                            new Lease(new JobId(9), 0, 1, core.epoch()),
                            session,
                            Event.LeaseEnd.REFUSED,
                            "no memory",
                            now));
            until(hour.plusSeconds(1_200));
            die(snapshot);
            arrive(CAR);
            until(hour.plus(HOUR).plus(HOUR));
            die(snapshot);
            until(now.plusSeconds(120));
            assertThat(paid)
                    .as("snapshot %s", snapshot)
                    .extracting(Event.AvailabilityPaid::period)
                    .containsExactly(hour.plus(HOUR));
            paid.clear();
            until(hour.plus(HOUR.multipliedBy(4)));
        }
    }

    @Test
    void moreDevicesThanOneEventNamesAreCountedOnceAll() {
        int devices = Availability.DEVICES_MAX + 900;
        for (int i = 0; i < devices; i++) {
            arrive(new NodeId("ann-" + (10_000 + i)));
        }
        until(NOON.plusSeconds(70));
        die(false);
        until(NOON.plus(HOUR).plusSeconds(70));
        assertThat(log)
                .filteredOn(Event.AvailabilityCounted.class::isInstance)
                .extracting(event -> ((Event.AvailabilityCounted) event).whole())
                .startsWith(false, true, true);
        assertThat(paid).hasSize(1);
        assertThat(paid.getFirst().stood().getFirst().devices())
                .hasSize(devices)
                .allSatisfy((_, parts) -> assertThat(parts).isOne());
    }

    private void happen(Event event) {
        if (event instanceof Event.Durable durable) {
            log.add(durable);
        }
        if (event instanceof Event.AvailabilityPaid payment) {
            paid.add(payment);
        }
        core.apply(event);
    }

    private void arrive(NodeId node) {
        session++;
        sessions.put(session, node);
        happen(
                new Event.SessionOpened(
                        session,
                        node,
                        ANN,
                        "net",
                        new NumericClass("stub", "CPU", "fp32", "stub"),
                        1 << 30,
                        now));
        happen(
                new Event.Offered(
                        session,
                        1,
                        Duration.ZERO,
                        List.of(new WarmModel(Digest.of(new byte[] {7}), 1)),
                        now));
    }

    /** Wakes the core every five seconds at most, and lets the devices beat. */
    private void until(Instant end) {
        while (now.isBefore(end)) {
            sessions.keySet().forEach(open -> happen(new Event.BeatSeen(open, now)));
            now = now.plusSeconds(5).isBefore(end) ? now.plusSeconds(5) : end;
            for (Decision next = wake(); !next.events().isEmpty(); next = wake()) {
                next.events().forEach(this::happen);
            }
        }
    }

    private Decision wake() {
        Decision decision = core.decide(new Command.Wake(), now);
        assertThat(core.decide(new Command.Wake(), now)).isEqualTo(decision);
        return decision;
    }

    /**
     * @param snapshot whether the log begins with a snapshot from then on
     */
    private void die(boolean snapshot) {
        if (snapshot) {
            List<Event.Durable> state = core.snapshot(now);
            log.clear();
            log.addAll(state);
        }
        core = new Coordinator(Policy.standard(1));
        log.forEach(core::apply);
        sessions.clear();
        happen(new Event.LifeBegan(core.epoch() + 1, now));
    }
}
