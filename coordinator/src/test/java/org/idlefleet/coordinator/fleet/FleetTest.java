package org.idlefleet.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Pools of free nodes, speeds and silence against adding everyone up. */
class FleetTest {
    @Test
    void aClassIsWhatTwoOwnersShowAndOthersAreOfClassesOfTheirOwn() {
        var fleet = new Fleet(LEASE, LEASE, owner -> owner.value().equals("trusted"));
        open(fleet, 1, "ann", "f00d");
        assertThat(classOf(fleet, 1)).isEqualTo(shown("f00d"));
        open(fleet, 2, "ann", "f00d");
        assertThat(classOf(fleet, 2)).isEqualTo(shown("f00d"));
        assertThat(fleet.settled(shown("f00d"))).isEqualTo(shown("f00d"));
        open(fleet, 3, "bob", "f00d");
        assertThat(fleet.settled(shown("f00d"))).isEqualTo(shown(""));
        assertThat(fleet.settled(shown("beef"))).isEqualTo(shown("beef"));
        assertThat(fleet.settled(shown(""))).isEqualTo(shown(""));
        for (int session = 1; session <= 3; session++) {
            assertThat(classOf(fleet, session)).isEqualTo(shown(""));
        }
        open(fleet, 4, "eve", "beef");
        open(fleet, 5, "old", "");
        assertThat(classOf(fleet, 4)).isEqualTo(shown("beef"));
        assertThat(classOf(fleet, 5)).isEqualTo(shown("unprobed"));
        assertThat(classOf(fleet, 1)).isEqualTo(shown(""));
        open(fleet, 6, "trusted", "beef");
        assertThat(classOf(fleet, 4)).isEqualTo(shown(""));
        assertThat(classOf(fleet, 6)).isEqualTo(shown(""));
        assertThat(classOf(fleet, 1)).isEqualTo(shown("f00d"));
    }

    @Test
    void nodesThatMeasureNothingAreOfTheClassTheyDeclare() {
        var fleet = new Fleet(LEASE);
        open(fleet, 1, "ann", "");
        assertThat(classOf(fleet, 1)).isEqualTo(shown(""));
    }

    private static void open(Fleet fleet, long session, String owner, String probe) {
        fleet.open(
                session,
                new NodeId("n" + session),
                new OwnerId(owner),
                "net",
                shown(probe),
                1,
                Instant.EPOCH);
    }

    private static NumericClass classOf(Fleet fleet, long session) {
        return fleet.session(session).orElseThrow().numericClass();
    }

    private static NumericClass shown(String probe) {
        return new NumericClass("ort", "CPU", "model", "x86-vnni", probe);
    }

    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final NumericClass CLASS = new NumericClass("ort", "CPU", "fp32", "x86");
    private static final List<Digest> MODELS =
            List.of(Digest.of(new byte[] {1}), Digest.of(new byte[] {2}));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void countsWhatAddingUpCounts(long seed) {
        var story = new Story(new SplittableRandom(seed));
        for (int step = 0; step < 3_000; step++) {
            story.step();
            story.check();
        }
    }

    @Test
    void findsTheSilentOnceTheirLeaseIsOver() {
        var fleet = new Fleet(LEASE);
        Instant begin = Instant.EPOCH;
        open(fleet, 1, begin);
        open(fleet, 2, begin);
        fleet.seen(1, begin.plusSeconds(10));
        assertThat(fleet.silentAt(begin.plusSeconds(14))).isEmpty();
        assertThat(fleet.silentAt(begin.plusSeconds(15)).orElseThrow().number()).isEqualTo(2);
        fleet.close(2, begin.plusSeconds(15));
        assertThat(fleet.silentAt(begin.plusSeconds(24))).isEmpty();
        assertThat(fleet.nextDeadline()).contains(begin.plusSeconds(25));
        assertThat(fleet.silentAt(begin.plusSeconds(25)).orElseThrow().number()).isEqualTo(1);
    }

    @Test
    void waitsLongerForAWordOfOneThatOffersNothingAndHoldsNothing() {
        var fleet = new Fleet(LEASE, LEASE.multipliedBy(6), _ -> false);
        Instant begin = Instant.EPOCH;
        open(fleet, 1, begin);
        for (int second = 0; second < 80; second++) {
            assertThat(fleet.silentAt(begin.plusSeconds(second))).isEmpty();
        }
        // It offers again after a long rest, and from then on its silence counts soon.
        Instant offer = begin.plusSeconds(80);
        var models = List.of(new WarmModel(MODELS.getFirst(), 1));
        fleet.offer(1, 1, Duration.ZERO, models, offer);
        assertThat(fleet.nextDeadline().orElseThrow()).isBeforeOrEqualTo(offer.plus(LEASE));
        assertThat(fleet.silentAt(offer.plusSeconds(14))).isEmpty();
        assertThat(fleet.silentAt(offer.plusSeconds(15))).isPresent();

        Instant heard = offer.plusSeconds(15);
        grant(fleet, 1, 7, heard);
        fleet.offer(1, 0, Duration.ZERO, models, heard);
        assertThat(fleet.silentAt(heard.plusSeconds(15))).as("it holds a lease").isPresent();
        fleet.end(1, lease(7), false);
        assertThat(fleet.silentAt(heard.plusSeconds(89))).isEmpty();
        assertThat(fleet.silentAt(heard.plusSeconds(90)).orElseThrow().number()).isEqualTo(1);
    }

    @Test
    void believesNoStatedTimeThatTheClockRefutesAndSurvivesAnyOther() {
        for (Duration stated :
                List.of(
                        Duration.ofSeconds(Long.MAX_VALUE),
                        Duration.ofSeconds(Long.MIN_VALUE),
                        Duration.ZERO,
                        Duration.ofSeconds(1))) {
            var fleet = new Fleet(LEASE);
            open(fleet, 1, Instant.EPOCH);
            fleet.offer(
                    1,
                    1,
                    Duration.ZERO,
                    List.of(new WarmModel(MODELS.getFirst(), Double.NaN)),
                    Instant.EPOCH);
            grant(fleet, 1, 7, Instant.EPOCH);
            fleet.answered(1, lease(7), stated, Instant.EPOCH.plusSeconds(2));
            assertThat(fleet.milliSpeed(MODELS.getFirst())).isBetween(1L, 1_000_000_000_000L);
        }
    }

    @Test
    void expectsANodeToStayAsItsPastAndItsOwnerSay() {
        var fleet = new Fleet(LEASE);
        Instant at = Instant.EPOCH;
        open(fleet, 1, at);
        assertThat(fleet.remainingStay(session(fleet, 1))).isEqualTo(Departure.UNKNOWN);
        for (int stay = 2; stay < 40; stay++) {
            at = at.plusSeconds(60);
            fleet.close(stay - 1, at);
            open(fleet, stay, at);
        }
        assertThat(fleet.remainingStay(session(fleet, 39)))
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
        fleet.offer(39, 1, Duration.ofSeconds(5), List.of(), at);
        assertThat(fleet.remainingStay(session(fleet, 39))).isEqualTo(Duration.ofSeconds(5));
    }

    private static ParkSession session(Fleet fleet, long number) {
        return fleet.session(number).orElseThrow();
    }

    private static void open(Fleet fleet, long session, Instant at) {
        fleet.open(session, new NodeId("node"), new OwnerId("owner"), "net", CLASS, 1, at);
    }

    private static void grant(Fleet fleet, long session, int number, Instant at) {
        fleet.grant(
                session,
                new ParkSession.Grant(
                        lease(number), MODELS.getFirst(), 100, Duration.ofSeconds(1), at));
    }

    private static Lease lease(int number) {
        return new Lease(new JobId(1), number, 0, 1);
    }

    /** A fleet to which everything happens, and the few facts that decide what it must say. */
    private static final class Story {
        private final SplittableRandom random;
        private final Set<OwnerId> trusted = new HashSet<>();
        private final Fleet fleet = new Fleet(LEASE, LEASE, trusted::contains);
        private final TreeMap<Long, Guest> guests = new TreeMap<>();
        private Instant now = Instant.EPOCH;
        private long sessions;
        private int leases;

        private static final class Guest {
            final OwnerId owner;
            int slots;
            List<Digest> models = List.of();
            final List<Lease> held = new ArrayList<>();

            Guest(OwnerId owner) {
                this.owner = owner;
            }
        }

        Story(SplittableRandom random) {
            this.random = random;
        }

        void step() {
            now = now.plusMillis(random.nextInt(500));
            int choice = random.nextInt(10);
            if (choice == 0 || guests.isEmpty()) {
                open();
            } else if (choice == 9 && random.nextInt(4) == 0) {
                var owner = new OwnerId("owner" + random.nextInt(5));
                if (!trusted.remove(owner)) {
                    trusted.add(owner);
                }
                fleet.classify();
            } else {
                long session = List.copyOf(guests.keySet()).get(random.nextInt(guests.size()));
                Guest guest = java.util.Objects.requireNonNull(guests.get(session));
                act(choice, session, guest);
            }
        }

        private void open() {
            long session = ++sessions;
            var owner = new OwnerId("owner" + random.nextInt(5));
            fleet.open(session, new NodeId("node" + session), owner, "net", CLASS, 1, now);
            guests.put(session, new Guest(owner));
        }

        private void act(int choice, long session, Guest guest) {
            if (choice == 1 && random.nextBoolean()) {
                assertThat(fleet.close(session, now).stream().map(ParkSession.Grant::lease))
                        .containsExactlyElementsOf(guest.held);
                guests.remove(session);
            } else if (choice < 4) {
                guest.slots = random.nextInt(4);
                guest.models = MODELS.subList(random.nextInt(2), 2);
                fleet.offer(
                        session,
                        guest.slots,
                        Duration.ZERO,
                        guest.models.stream().map(m -> new WarmModel(m, 10)).toList(),
                        now);
            } else if (choice < 7 && guest.slots > guest.held.size()) {
                var lease = lease(++leases);
                Digest model = guest.models.getFirst();
                fleet.grant(session, new ParkSession.Grant(lease, model, 10, Duration.ZERO, now));
                guest.held.add(lease);
            } else if (!guest.held.isEmpty()) {
                Lease lease = guest.held.remove(random.nextInt(guest.held.size()));
                if (random.nextBoolean()) {
                    fleet.end(session, lease, random.nextBoolean());
                } else {
                    fleet.answered(session, lease, Duration.ofSeconds(1), now.plusSeconds(1));
                }
            }
        }

        void check() {
            for (Digest model : MODELS) {
                List<Long> ready = new ArrayList<>();
                List<OwnerId> owners = new ArrayList<>();
                long speed = 0;
                long trustedSpeed = 0;
                for (long number : guests.keySet()) {
                    Guest guest = java.util.Objects.requireNonNull(guests.get(number));
                    if (guest.slots > 0 && guest.models.contains(model)) {
                        owners.add(guest.owner);
                        long own = session(fleet, number).milliSpeed(model) * guest.slots;
                        speed += own;
                        trustedSpeed += trusted.contains(guest.owner) ? own : 0;
                        if (guest.held.size() < guest.slots) {
                            ready.add(number);
                        }
                    }
                }
                assertThat(fleet.ready(model).stream().map(ParkSession::number).sorted())
                        .containsExactlyElementsOf(ready);
                assertThat(fleet.readyTrusted(model))
                        .containsExactlyInAnyOrderElementsOf(
                                fleet.ready(model).stream()
                                        .filter(session -> trusted.contains(session.owner()))
                                        .toList());
                assertThat(fleet.readyOwners(model))
                        .containsExactlyInAnyOrderElementsOf(
                                ready.stream()
                                        .map(number -> session(fleet, number).owner())
                                        .distinct()
                                        .toList());
                assertThat(fleet.owners(model, 100))
                        .isEqualTo((int) owners.stream().distinct().count());
                assertThat(fleet.milliSpeed(model)).isEqualTo(speed);
                assertThat(fleet.trustedMilliSpeed(model)).isEqualTo(trustedSpeed);
            }
        }
    }
}
