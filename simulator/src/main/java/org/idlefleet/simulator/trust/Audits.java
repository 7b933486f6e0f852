package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.simulator.Chance;
import org.idlefleet.simulator.trust.Jury.Answer;
import org.idlefleet.simulator.trust.Jury.Ruling;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The audits of a run and what becomes of them, as in production: a trusted owner decides where a
 * vote would blame somebody and where a review was drawn; what is only doubtful is put to a third
 * owner. One thread.
 */
final class Audits {
    /** Told of each owner that a trusted one has found wrong. */
    @FunctionalInterface
    interface Conviction {
        void of(Owner owner, long at);
    }

    private final TrustPlan plan;
    private final Pace pace;
    private final Craft craft;
    private final Fleet fleet;
    private final Agenda agenda;
    private final Tally tally;
    private final Jury jury;
    private final Chance noise;
    private final Chance times;
    private final Chance tricks;
    private final double loudAmongFriends;
    private final double loudAlone;
    private final List<Case> cases = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    Audits(TrustPlan plan, Fleet fleet, Agenda agenda, Tally tally) {
        this.plan = plan;
        this.fleet = fleet;
        this.agenda = agenda;
        this.tally = tally;
        pace = plan.pace();
        craft = plan.adversary().craft();
        jury = new Jury(plan.seed());
        noise = new Chance(plan.seed(), "noise");
        times = new Chance(plan.seed(), "times");
        tricks = new Chance(plan.seed(), "tricks");
        loudAlone = loudest(0);
        loudAmongFriends = Math.min(1, loudest(craft.drag()) + craft.accuses());
    }

    /** How far a case has come. */
    private enum Stage {
        AUDITED,
        VOTED,
        DECIDED,
        WITHDRAWN
    }

    /** A drawn result: its owner's answer first, then the auditor's, then the others'. */
    private static final class Case {
        final Owner owner;
        final boolean wrong;
        final boolean reviewed;
        final long committed;
        final List<Answer> answers = new ArrayList<>(4);
        Stage next = Stage.AUDITED;
        long convictedAt;

        Case(Owner owner, boolean wrong, boolean reviewed, long committed) {
            this.owner = owner;
            this.wrong = wrong;
            this.reviewed = reviewed;
            this.committed = committed;
        }
    }

    /**
     * The most likely that the audit of a right result can be to end in anything but agreement: the
     * bound by which {@link #rightOnes} draws the few that may.
     */
    double loud() {
        return fleet.hostileHere() > 0 ? loudAmongFriends : loudAlone;
    }

    private static double loudest(double drag) {
        double most = 0;
        for (int one = 0; one < Places.CLASSES; one++) {
            for (int other = 0; other < Places.CLASSES; other++) {
                most = Math.max(most, Places.disagreement(one, 0, other, 0));
                most = Math.max(most, Places.disagreement(one, drag, other, 0));
                most = Math.max(most, Places.disagreement(one, 0, other, drag));
            }
        }
        return most;
    }

    /**
     * Right results of an owner in good standing, of which each was drawn with the share {@code
     * ppm}, and whose audits ended in agreement.
     */
    void rightOnes(Owner owner, long results, int ppm, long at) {
        double share = SeededDraws.share(ppm);
        long audits = Gap.hits(results, share * (1 - loud()) / (1 - share * loud()), times);
        if (audits == 0) {
            return;
        }
        long trusted = Gap.hits(audits, SeededDraws.share(AuditDraw.TRUSTED_PPM), times);
        long reviews =
                Gap.hits(audits - trusted, SeededDraws.share(AuditDraw.reviewedPpm(ppm)), times);
        tally.audits += audits;
        tally.executions += audits + reviews;
        tally.byTrusted += trusted + reviews;
        tally.foundRight += trusted + reviews;
        owner.agreedSinceWrong += audits;
        tally.auditLatency.add(waiting(owner) + computing());
        double drag = owner.hostile ? craft.drag() : 0;
        int numericClass = owner.numericClass;
        double doubted = Places.disagreement(numericClass, drag, numericClass, 0);
        for (long doubts = Gap.hits(reviews, doubted, times); doubts > 0; doubts--) {
            tally.foundRight--;
            open(owner, null, places(owner, drag, numericClass, 0), at + computing(), at);
        }
    }

    /**
     * The audit of a right result that was drawn among those that may not end in agreement; most do
     * nevertheless.
     */
    void doubtful(Owner owner, Draw draw, long at) {
        tally.audits++;
        tally.executions++;
        long took = draw.trusted() ? 0 : waiting(owner);
        Owner auditor = draw.trusted() ? null : willing(owner);
        tally.byTrusted += auditor == null ? 1 : 0;
        took += computing();
        tally.auditLatency.add(took);
        double drag = owner.hostile ? craft.drag() : 0;
        double otherDrag = auditor != null && auditor.hostile ? craft.drag() : 0;
        int other = auditor == null ? owner.numericClass : auditor.numericClass;
        double lie = auditor != null && auditor.hostile && good(auditor) ? craft.accuses() : 0;
        double apart = (1 - lie) * Places.disagreement(owner.numericClass, drag, other, otherDrag);
        double drawn = tricks.real(0, loud());
        if (drawn < apart) {
            open(owner, auditor, places(owner, drag, other, otherDrag), at + took, at);
        } else if (auditor != null && drawn < apart + lie) {
            double[] places = {honest(owner), result(auditor, true)};
            open(owner, auditor, places, at + took, at);
        } else {
            tally.foundRight += draw.trusted() ? 1 : 0;
            agreed(owner, at + took);
        }
    }

    private double[] places(Owner owner, double drag, int other, double otherDrag) {
        return Places.disagreeing(owner.numericClass, drag, other, otherDrag, noise);
    }

    private void open(Owner owner, @Nullable Owner auditor, double[] places, long at, long began) {
        var open = new Case(owner, false, false, began);
        int other = auditor == null ? owner.numericClass : auditor.numericClass;
        open.answers.add(new Answer(owner, owner.numericClass, places[0]));
        open.answers.add(new Answer(auditor, other, places[1]));
        agenda.add(at, keep(open));
    }

    /** A result was drawn. */
    void begin(Owner owner, boolean wrong, Draw draw, long at) {
        tally.audits++;
        tally.executions++;
        Answer first = new Answer(owner, owner.numericClass, result(owner, wrong));
        Answer second;
        long took;
        if (draw.trusted()) {
            took = computing();
            second = trusted(owner.numericClass);
            tally.byTrusted++;
        } else {
            took = waiting(owner) + computing();
            second = check(willing(owner), first, wrong, owner);
        }
        tally.auditLatency.add(took);
        Owner auditor = second.owner();
        boolean plain = !owner.hostile && (auditor == null || !auditor.hostile);
        boolean reviewed = draw.reviewed() && auditor != null;
        if (plain && !reviewed && !plan.exact() && first.agreesWith(second)) {
            tally.foundRight += draw.trusted() ? 1 : 0;
            agreed(owner, at + took);
        } else {
            var open = new Case(owner, wrong, reviewed, at);
            open.answers.add(first);
            open.answers.add(second);
            agenda.add(at + took, keep(open));
        }
    }

    /** How long auditors are waited for that never answer. */
    private long waiting(Owner owner) {
        long took = 0;
        while (craft.stalls() > 0 && stalls(fleet.auditor(owner, owner))) {
            took += pace.patience().toMillis();
        }
        return took;
    }

    /** One that answers. */
    private Owner willing(Owner owner) {
        Owner auditor = fleet.auditor(owner, owner);
        while (craft.stalls() >= 1 && auditor.hostile) {
            auditor = fleet.auditor(owner, owner);
        }
        return auditor;
    }

    /** The next stage of a case. */
    void proceed(int number, long at, Conviction conviction) {
        Case open = cases.get(number - plan.owners());
        switch (open.next) {
            case AUDITED -> audited(open, number, at, conviction);
            case VOTED -> voted(open, number, at);
            case DECIDED -> decided(open, number, at, conviction);
            case WITHDRAWN -> withdrawn(open, number, at);
        }
    }

    private void audited(Case open, int number, long at, Conviction conviction) {
        Answer first = open.answers.get(0);
        Answer second = open.answers.get(1);
        boolean agree =
                plan.exact()
                        ? jury.judge(open.answers).getFirst() == Ruling.AGREEING
                        : first.agreesWith(second);
        tally.disputes += agree ? 0 : 1;
        Owner auditor = second.owner();
        if (auditor == null) {
            decide(open, number, at, conviction);
        } else if (open.reviewed || first.isFarFrom(second)) {
            referee(open, number, at);
        } else if (agree) {
            right(open, Ruling.AGREEING, at);
            close(number);
        } else {
            Owner third = fleet.auditor(open.owner, auditor);
            open.answers.add(side(third, first, open.wrong, second));
            tally.executions++;
            open.next = Stage.VOTED;
            agenda.add(at + computing(), number);
        }
    }

    private void voted(Case open, int number, long at) {
        List<Ruling> rulings = jury.judge(open.answers);
        boolean undisputed =
                rulings.stream()
                        .allMatch(one -> one == Ruling.AGREEING || one == Ruling.INCONCLUSIVE);
        if (undisputed) {
            right(open, rulings.getFirst(), at);
            close(number);
        } else {
            referee(open, number, at);
        }
    }

    /** The same audit gets one more replica, from a trusted owner. */
    private void referee(Case open, int number, long at) {
        tally.executions++;
        tally.byTrusted++;
        open.answers.add(trusted(open.owner.numericClass));
        open.next = Stage.DECIDED;
        agenda.add(at + computing(), number);
    }

    private void decided(Case open, int number, long at, Conviction conviction) {
        decide(open, number, at, conviction);
    }

    /**
     * The last answer is a trusted owner's: whoever is further off than two tolerances is wrong.
     */
    private void decide(Case open, int number, long at, Conviction conviction) {
        List<Ruling> rulings = jury.judgeByLast(open.answers);
        for (int i = 0; i < open.answers.size(); i++) {
            Owner owner = open.answers.get(i).owner();
            if (owner != null && owner.here && rulings.get(i) == Ruling.DISSENTING) {
                conviction.of(owner, at);
                withdraw(owner, at);
            }
        }
        tally.foundRight += rulings.getFirst() == Ruling.AGREEING ? 1 : 0;
        if (rulings.getFirst() != Ruling.DISSENTING) {
            right(open, rulings.getFirst(), at);
        }
        close(number);
    }

    private void withdraw(Owner owner, long at) {
        var open = new Case(owner, false, false, at);
        open.next = Stage.WITHDRAWN;
        open.convictedAt = at;
        agenda.add(swept(at), keep(open));
    }

    /** All results of a convicted owner that are not final are run again. */
    private void withdrawn(Case open, int number, long at) {
        open.owner.finalBefore(at - pace.finality().toMillis());
        open.owner.withdraw();
        long unfinal =
                Math.min(
                        (long) (pace.finality().toMillis() / open.owner.everyMillis),
                        open.owner.results);
        tally.withdrawn += unfinal;
        tally.executions += unfinal;
        tally.withdrawalMillis = Math.max(tally.withdrawalMillis, at - open.convictedAt);
        close(number);
    }

    private long swept(long at) {
        long sweep = pace.sweep().toMillis();
        return (at / sweep + 1) * sweep;
    }

    /** The result stands: it agreed, or nobody can say. Whoever sent a wrong one got it through. */
    private void right(Case open, Ruling ruling, long at) {
        if (open.wrong) {
            open.owner.wrongAt(open.committed, pace.finality().toMillis());
        }
        if (ruling == Ruling.AGREEING) {
            agreed(open.owner, at);
        } else {
            tally.inconclusive++;
            open.owner.standing = open.owner.standing.afterDoubt();
        }
    }

    private void agreed(Owner owner, long at) {
        owner.agreedSinceWrong++;
        owner.standing = owner.standing.afterAgreement(Fleet.instant(at));
    }

    private double result(Owner owner, boolean wrong) {
        if (!wrong) {
            return honest(owner);
        }
        return craft.alone()
                ? Places.broken(noise)
                : Double.isInfinite(craft.error())
                        ? Places.WRONG
                        : Places.right(owner.numericClass) + craft.error();
    }

    /** What an auditor answers. */
    private Answer check(Owner auditor, Answer first, boolean wrong, Owner owner) {
        if (auditor.hostile && wrong && owner.hostile && craft.covers()) {
            return new Answer(auditor, first.numericClass(), first.place());
        }
        boolean lies = auditor.hostile && good(auditor) && tricks.hits(craft.accuses());
        return new Answer(auditor, auditor.numericClass, result(auditor, lies));
    }

    /** What a third owner answers: friends stand by each other, accused or accusing. */
    private Answer side(Owner third, Answer first, boolean wrong, Answer second) {
        Owner auditor = second.owner();
        Owner owner = first.owner();
        if (third.hostile && craft.covers()) {
            if (owner != null && owner.hostile && wrong) {
                return new Answer(third, first.numericClass(), first.place());
            }
            if (auditor != null && auditor.hostile) {
                return new Answer(third, second.numericClass(), second.place());
            }
        }
        boolean lies = third.hostile && good(third) && tricks.hits(craft.accuses());
        return new Answer(third, third.numericClass, result(third, lies));
    }

    private Answer trusted(int numericClass) {
        return new Answer(null, numericClass, Places.honest(numericClass, noise));
    }

    private double honest(Owner owner) {
        double place = Places.honest(owner.numericClass, noise);
        return owner.hostile ? place + craft.drag() : place;
    }

    private boolean stalls(Owner auditor) {
        return auditor.hostile && tricks.hits(craft.stalls());
    }

    private static boolean good(Owner owner) {
        return owner.standing.counts().agreed() >= Standing.WARM_UP;
    }

    /** Being placed, computing, and starting over whenever the auditor drives off. */
    private long computing() {
        double took = -Math.log1p(-times.real(0, 1)) * pace.placed().toMillis();
        double work = pace.shard().toMillis() * times.real(0.5, 1.5);
        while (times.hits(work / pace.parked().toMillis())) {
            took += work * times.real(0, 1);
        }
        return (long) (took + work);
    }

    private int keep(Case open) {
        Integer place = free.pollFirst();
        if (place == null) {
            cases.add(open);
            place = cases.size() - 1;
        } else {
            cases.set(place, open);
        }
        return plan.owners() + place;
    }

    private void close(int number) {
        free.addFirst(number - plan.owners());
    }
}
