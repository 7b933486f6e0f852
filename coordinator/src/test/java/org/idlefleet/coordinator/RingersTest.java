package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.Event.MoreBallotsWanted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.Event.StandingRestored;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Every known answer is given out once more, to four owners of whom one is trusted. */
class RingersTest {
    private static final String[] OWNERS = {"ann", "bob", "cid", "dan", "judge"};

    /** Owners who answer ringers wrong. */
    private final Set<String> failing = new TreeSet<>();

    private final Set<JobId> ringers = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void goToStrangersOnceAndOnlyForWhatATrustedOwnerFoundRight(long seed) {
        SmallWorld world = run(seed, 1_000_000);

        assertThat(world.all(Event.OwnerConvicted.class)).isEmpty();
        Map<JobId, Set<OwnerId>> seen = new HashMap<>();
        Map<JobId, AuditOf> open = new HashMap<>();
        Map<Long, OwnerId> sessions = new HashMap<>();
        var known = new TreeSet<JobId>();
        int tried = 0;
        for (Event event : world.events) {
            switch (event) {
                case Event.SessionOpened opened -> sessions.put(opened.session(), opened.owner());
                case JobAdmitted admitted when admitted.audit().isPresent() -> {
                    AuditOf audit = admitted.audit().get();
                    open.put(admitted.job(), audit);
                    assertThat(!audit.ringer() || known.remove(audit.job())).isTrue();
                }
                case LeaseGranted granted -> {
                    AuditOf audit = open.get(granted.lease().job());
                    OwnerId owner = sessions.get(granted.session());
                    if (audit != null && audit.ringer()) {
                        tried++;
                        assertThat(owner).isNotEqualTo(new OwnerId("judge"));
                        assertThat(owner).isNotEqualTo(audit.claim().owner());
                        assertThat(seen.get(audit.job())).doesNotContain(owner);
                    }
                    seen.computeIfAbsent(granted.lease().job(), _ -> new HashSet<>()).add(owner);
                }
                case ShardSettled settled -> {
                    AuditOf audit = open.get(settled.job());
                    if (audit != null
                            && !audit.ringer()
                            && settled.agreeing().contains(audit.claim())
                            && settled.agreeing().stream()
                                    .filter(ballot -> !ballot.equals(audit.claim()))
                                    .anyMatch(ballot -> ballot.owner().value().equals("judge"))) {
                        known.add(settled.job());
                    }
                }
                default -> {}
            }
        }
        assertThat(tried).isPositive();
        assertThat(known).isEmpty();
    }

    /** What a snapshot says of owners, counted again from the events. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void countForWhoeverIsTriedAndNotForTheKnownAnswer(long seed) {
        failing.add("dan");
        SmallWorld world = run(seed, 1_000_000);

        var agreed = new TreeMap<OwnerId, Long>();
        var passed = new TreeMap<OwnerId, Long>();
        var failed = new TreeMap<OwnerId, Long>();
        Map<JobId, AuditOf> audits = audits(world);
        for (ShardSettled settled : world.all(ShardSettled.class)) {
            AuditOf audit = audits.get(settled.job());
            boolean ringer = audit != null && audit.ringer();
            for (Ballot ballot : settled.agreeing()) {
                if (audit == null || ringer && ballot.equals(audit.claim())) {
                    continue;
                }
                agreed.merge(ballot.owner(), 1L, Long::sum);
                if (ringer && !ballot.owner().value().equals("judge")) {
                    passed.merge(ballot.owner(), 1L, Long::sum);
                }
            }
            if (ringer) {
                settled.dissenting().forEach(wrong -> failed.merge(wrong.owner(), 1L, Long::sum));
            }
        }
        assertThat(failed).containsOnlyKeys(new OwnerId("dan"));
        for (Event.Durable event : world.snapshot()) {
            if (event instanceof StandingRestored owner) {
                var counts = owner.standing().counts();
                assertThat(counts.agreed()).isEqualTo(agreed.getOrDefault(owner.owner(), 0L));
                assertThat(counts.ringersPassed())
                        .isEqualTo(passed.getOrDefault(owner.owner(), 0L));
                assertThat(counts.ringersFailed())
                        .isEqualTo(failed.getOrDefault(owner.owner(), 0L));
            }
        }
    }

    @Test
    void convictsWhoFailsOneOnceATrustedOwnerHasFoundTheAnswerRightAgain() {
        failing.add("bob");
        SmallWorld world = run(6, 1_000_000);

        world.isConvicted("bob");
        JobId by = world.all(Event.OwnerConvicted.class).getFirst().audit();
        assertThat(ringers).contains(by);
        assertThat(world.all(MoreBallotsWanted.class))
                .anyMatch(more -> more.job().equals(by) && more.trusted());
        assertThat(audits(world).values())
                .filteredOn(AuditOf::ringer)
                .noneMatch(again -> ringers.contains(again.job()));
    }

    @Test
    void blamesNobodyWhereTheKnownAnswerIsInDoubt() {
        failing.add("bob");
        failing.add("judge");
        SmallWorld world = run(6, 1_000_000);

        assertThat(world.all(Event.OwnerConvicted.class)).isEmpty();
        assertThat(world.all(JobEnded.class))
                .anyMatch(
                        ended -> ringers.contains(ended.job()) && ended.end() == JobEnd.NO_QUORUM);
        for (Event.Durable event : world.snapshot()) {
            if (event instanceof StandingRestored owner) {
                assertThat(owner.standing().counts().outvoted()).isZero();
            }
        }
    }

    @Test
    void areNotGivenOutWhereNoneAreWanted() {
        SmallWorld world = run(1, 0);
        assertThat(ringers).isEmpty();
        assertThat(audits(world)).isNotEmpty();
    }

    /** Reviews, too, are decided by a trusted owner, whatever the auditor said. */
    @Test
    void reviewsAreDecidedByATrustedOwner() {
        SmallWorld world = run(2, 0);
        Map<JobId, AuditOf> audits = audits(world);
        assertThat(audits.values()).anyMatch(AuditOf::reviewed);
        for (ShardSettled settled : world.all(ShardSettled.class)) {
            AuditOf audit = audits.get(settled.job());
            if (audit != null && (audit.reviewed() || audit.trusted())) {
                assertThat(settled.agreeing())
                        .anyMatch(ballot -> ballot.owner().value().equals("judge"));
            }
        }
    }

    private SmallWorld run(long seed, int ppm) {
        Policy standard = Policy.standard(seed);
        var policy =
                new Policy(
                        standard.pay(),
                        standard.limits(),
                        standard.pace(),
                        new Policy.Checks(ppm),
                        standard.seed());
        var world =
                new SmallWorld(
                        policy,
                        (owner, lease, _) ->
                                failing.contains(owner) && ringers.contains(lease.job())
                                        ? owner.equals("judge") ? SmallWorld.ODD : SmallWorld.WRONG
                                        : SmallWorld.RIGHT);
        world.witness(event -> {
            if (event instanceof JobAdmitted admitted
                    && admitted.audit().filter(AuditOf::ringer).isPresent()) {
                ringers.add(admitted.job());
            }
        });
        for (String owner : OWNERS) {
            world.enrol(owner, false, owner.equals("judge"));
        }
        world.arrive(2, OWNERS);
        world.submit(400, Assurance.VERIFIED, false);
        world.settle();
        return world;
    }

    private static Map<JobId, AuditOf> audits(SmallWorld world) {
        var audits = new HashMap<JobId, AuditOf>();
        for (JobAdmitted admitted : world.all(JobAdmitted.class)) {
            admitted.audit().ifPresent(audit -> audits.put(admitted.job(), audit));
        }
        return audits;
    }
}
