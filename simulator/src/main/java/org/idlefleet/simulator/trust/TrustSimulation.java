package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Alarm;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.simulator.Chance;
import org.idlefleet.simulator.trust.Craft.Entry;

import java.time.Duration;
import java.time.Instant;

/**
 * The bare policy in virtual time: owners commit to results, some are drawn and audited, disputes
 * are voted on, trusted owners confirm, and whoever was wrong is convicted. Standing, alarm, draw
 * and vote are production's own classes.
 *
 * <p>An owner's next event is its next result that is drawn or wrong; those in between settle
 * unseen. Of an owner in good standing the audits that are sure to agree are counted, not played:
 * whether one may end otherwise is drawn with a bound of the probability, and those that may are
 * played. It is the same distribution, and a thousandth of the work. A changed share of audits
 * takes effect with the owner's next event, which is at most {@link #QUIET} of work away. One
 * thread; the same plan always gives the same outcome.
 */
public final class TrustSimulation {
    /** Longest time whose results settle unseen at once. */
    private static final Duration QUIET = Duration.ofMinutes(10);

    /** If more audits than these may not end in agreement, each is played. */
    private static final double LOUD = 0.3;

    private final TrustPlan plan;
    private final Pace pace;
    private final long end;
    private final Fleet fleet;
    private final Agenda agenda = new Agenda();
    private final Tally tally = new Tally();
    private final Alarm alarm = new Alarm();
    private final Draws draws;
    private final Audits audits;
    private final SeededDraws dice;
    private final Chance plans;
    private final Chance drives;
    private final Chance quiet;

    private TrustSimulation(TrustPlan plan) {
        this.plan = plan;
        pace = plan.pace();
        end = plan.lasting().toMillis();
        fleet = new Fleet(plan);
        dice = new SeededDraws(plan.seed());
        draws = plan.exact() ? new KeyedDraws(plan.seed()) : dice;
        plans = new Chance(plan.seed(), "plans");
        drives = new Chance(plan.seed(), "drives");
        quiet = new Chance(plan.seed(), "quiet");
        audits = new Audits(plan, fleet, agenda, tally);
    }

    /** Runs from beginning to end. */
    public static Outcome run(TrustPlan plan) {
        return new TrustSimulation(plan).run();
    }

    private Outcome run() {
        fleet.owners().stream().filter(owner -> owner.here).forEach(this::begin);
        if (plan.adversary().craft().entry() == Entry.ONE_BY_ONE) {
            for (int i = 0; i < plan.hostile(); i++) {
                agenda.add((long) (end * (i + 0.5) / (plan.hostile() + 1)), ADMISSION);
            }
        }
        while (!agenda.isEmpty()) {
            long entry = agenda.next();
            long at = Agenda.at(entry);
            int number = Agenda.number(entry);
            if (number == ADMISSION) {
                admit(at);
            } else if (number < plan.owners()) {
                commit(fleet.owner(number), at);
            } else {
                audits.proceed(number, at, this::convict);
            }
        }
        fleet.owners().forEach(owner -> owner.finalBefore(Long.MAX_VALUE));
        return Outcome.of(plan, fleet.owners(), tally);
    }

    /** Above all owners and open audits. */
    private static final int ADMISSION = Agenda.NUMBERS - 1;

    private void admit(long at) {
        int number = fleet.admit(plan, at);
        if (number >= 0) {
            begin(fleet.owner(number));
        }
    }

    private void begin(Owner owner) {
        tally.hostileHere += owner.hostile ? 1 : 0;
        owner.parkedUntil =
                drives.hits(pace.working()) ? owner.now + exponential(pace.parked()) : owner.now;
        schedule(owner);
    }

    /** Chooses the owner's next result that is drawn or wrong, and when it comes. */
    private void schedule(Owner owner) {
        long at = (long) owner.now;
        Instant now = Fleet.instant(at);
        int ppm = owner.standing.auditPpm(plan.assurance(), alarm.on(now), now);
        if (owner.hostile && owner.toWrong == 0) {
            long right = plan.adversary().plan().next(situation(owner, at), plans);
            owner.toWrong = right == Plan.LATER ? 0 : right + 1;
        }
        owner.quiet = isQuiet(owner, now);
        if (owner.quiet) {
            owner.ppm = ppm;
            owner.toDrawn = Gap.before(SeededDraws.share(ppm) * audits.loud(), quiet) + 1;
            owner.draw = dice.audited(ppm);
        } else if (owner.toDrawn == 0 || ppm != owner.ppm) {
            owner.ppm = ppm;
            Draws.Next next = draws.next(ppm, now);
            owner.toDrawn = next.left() + 1;
            owner.draw = next.draw();
        }
        owner.step = owner.toWrong == 0 ? owner.toDrawn : Math.min(owner.toDrawn, owner.toWrong);
        if (owner.quiet) {
            owner.step = Math.min(owner.step, (long) (QUIET.toMillis() / owner.everyMillis) + 1);
        }
        drive(owner);
    }

    /** Whether the next audits of the owner change nothing if they agree. */
    private boolean isQuiet(Owner owner, Instant now) {
        return !plan.exact()
                && owner.standing.state(now) == Standing.State.GOOD
                && (!owner.hostile || owner.toWrong > 0 || plan.adversary().isHarmless())
                && audits.loud() < LOUD;
    }

    /** Passes the time that the results take, with the pauses between the park sessions. */
    private void drive(Owner owner) {
        double began = owner.now;
        double working = owner.step * owner.everyMillis;
        while (owner.now + working > owner.parkedUntil) {
            working -= Math.max(0, owner.parkedUntil - owner.now);
            owner.now = owner.parkedUntil + exponential(pace.away());
            owner.parkedUntil = owner.now + exponential(pace.parked());
        }
        owner.now += working;
        if (owner.now <= end) {
            agenda.add((long) owner.now, owner.number);
        } else {
            settle(owner, (long) (owner.step * (end - began) / (owner.now - began)));
        }
    }

    private double exponential(Duration mean) {
        return -Math.log1p(-drives.real(0, 1)) * mean.toMillis();
    }

    private void commit(Owner owner, long at) {
        if (!owner.here) {
            return;
        }
        settle(owner, owner.step);
        owner.toDrawn -= owner.step;
        boolean wrong = owner.toWrong > 0 && (owner.toWrong -= owner.step) == 0;
        boolean drawn = owner.toDrawn == 0;
        if (owner.quiet) {
            quietly(owner, wrong, drawn, at);
        } else {
            played(owner, wrong, drawn, at);
        }
        if (owner.here) {
            schedule(owner);
        }
    }

    private void played(Owner owner, boolean wrong, boolean drawn, long at) {
        if (wrong) {
            owner.agreedSinceWrong = 0;
        }
        if (drawn) {
            audits.begin(owner, wrong, owner.draw, at);
        } else if (wrong) {
            owner.wrongAt(at, pace.finality().toMillis());
        }
    }

    /** The same where only those audits were drawn before that may not end in agreement. */
    private void quietly(Owner owner, boolean wrong, boolean drawn, long at) {
        audits.rightOnes(owner, owner.step - (wrong || drawn ? 1 : 0), owner.ppm, at);
        if (wrong) {
            played(owner, true, dice.hits(owner.ppm), at);
        } else if (drawn) {
            audits.doubtful(owner, owner.draw, at);
        }
        owner.toDrawn = 0;
    }

    private void settle(Owner owner, long results) {
        owner.results += results;
        tally.settled += results;
        tally.executions += results;
        if (owner.hostile && plan.adversary().craft().drag() > 1) {
            tally.offTolerance += results;
        }
    }

    /** A trusted owner has confirmed that a result was wrong. */
    private void convict(Owner owner, long at) {
        Instant now = Fleet.instant(at);
        owner.standing = owner.standing.convict();
        fleet.went(owner);
        boolean before = alarm.on(now);
        alarm.convicted(now);
        tally.alarms += !before && alarm.on(now) ? 1 : 0;
        if (owner.hostile) {
            tally.hostileConvicted++;
        } else {
            tally.honestConvicted++;
        }
        if (plan.adversary().craft().entry() == Entry.BACK_AGAIN) {
            agenda.add(
                    at + (long) exponential(plan.lasting().dividedBy(plan.hostile() + 1)),
                    ADMISSION);
        }
    }

    private Plan.Situation situation(Owner owner, long at) {
        return new Plan.Situation(
                owner.results,
                owner.standing.state(Fleet.instant(at)) == Standing.State.GOOD,
                owner.agreedSinceWrong,
                at / (double) end,
                plan.assurance().auditPpm() / (double) AuditDraw.ALL,
                pace.unfinal(),
                plan.hostilePercent() / 100.0);
    }
}
