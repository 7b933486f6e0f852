package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.simulator.Chance;
import org.idlefleet.simulator.trust.Craft.Entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * All owners of a run: hostile ones first, among them those that come later. One thread.
 *
 * <p>Who audits is drawn among those who are here: another owner, of the same numeric class if one
 * of eight draws finds it.
 */
final class Fleet {
    /** The beginning of virtual time. */
    static final Instant BEGINNING = Instant.EPOCH.plusSeconds(1_800_000_000L);

    private static final int DRAWS = 8;

    private final List<Owner> owners = new ArrayList<>();
    private final Chance draws;
    private int firstAbsent;
    private int hostileHere;

    Fleet(TrustPlan plan) {
        draws = new Chance(plan.seed(), "auditors");
        var traits = new Chance(plan.seed(), "traits");
        int hostile = plan.hostile();
        firstAbsent =
                switch (plan.adversary().craft().entry()) {
                    case AT_ONCE -> hostile;
                    case BACK_AGAIN -> hostile / 5;
                    case ONE_BY_ONE -> 0;
                };
        for (int i = 0; i < plan.owners(); i++) {
            var owner =
                    new Owner(
                            i,
                            i < hostile,
                            traits.between(0, Places.CLASSES - 1),
                            plan.pace().everyMillis() / traits.real(0.7, 1.3),
                            Standing.fresh(
                                    BEGINNING.minusMillis(
                                            (long)
                                                    (traits.real(1, 2)
                                                            * plan.pace().age().toMillis()))));
            owners.add(owner);
            if (i < firstAbsent || i >= hostile) {
                came(owner);
            }
        }
    }

    static Instant instant(long millis) {
        return BEGINNING.plusMillis(millis);
    }

    List<Owner> owners() {
        return owners;
    }

    /** Hostile owners that are here now. */
    int hostileHere() {
        return hostileHere;
    }

    void came(Owner owner) {
        owner.here = true;
        hostileHere += owner.hostile ? 1 : 0;
    }

    void went(Owner owner) {
        owner.here = false;
        hostileHere -= owner.hostile ? 1 : 0;
    }

    Owner owner(int number) {
        return owners.get(number);
    }

    /** The next hostile owner that is admitted, fresh; its number, or -1 if none is left. */
    int admit(TrustPlan plan, long at) {
        if (firstAbsent >= plan.hostile() || plan.adversary().craft().entry() == Entry.AT_ONCE) {
            return -1;
        }
        Owner owner = owners.get(firstAbsent++);
        came(owner);
        owner.now = at;
        owner.standing = Standing.fresh(instant(at));
        return owner.number;
    }

    /** Somebody to check a result of {@code one}, who is not {@code other} either. */
    Owner auditor(Owner one, Owner other) {
        Owner drawn = one;
        for (int draw = 0; draw < DRAWS || !fits(drawn, one, other); draw++) {
            drawn = draws.of(owners);
            if (fits(drawn, one, other) && drawn.numericClass == one.numericClass) {
                return drawn;
            }
        }
        return drawn;
    }

    private static boolean fits(Owner drawn, Owner one, Owner other) {
        return drawn.here && drawn != one && drawn != other;
    }
}
