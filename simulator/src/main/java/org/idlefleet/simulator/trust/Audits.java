package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.simulator.Chance;
import org.idlefleet.simulator.trust.Jury.Answer;
import org.idlefleet.simulator.trust.Jury.Ruling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The audits of a run and what becomes of them: a mismatch is put to a third owner, and whoever is
 * outvoted or left undecided is compared with a trusted one. One thread.
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
    }

    /** How far a case has come. */
    private enum Stage {
        AUDITED,
        VOTED,
        CONFIRMED,
        WITHDRAWN
    }

    /** A drawn result: its owner's answer first, then the auditor's, then the third one's. */
    private static final class Case {
        final Owner owner;
        final boolean wrong;
        final long committed;
        final List<Answer> answers = new ArrayList<>(3);
        Stage next = Stage.AUDITED;
        long convictedAt;

        Case(Owner owner, boolean wrong, long committed) {
            this.owner = owner;
            this.wrong = wrong;
            this.committed = committed;
        }
    }

    /** A result was drawn. */
    void begin(Owner owner, boolean wrong, boolean trusted, long at) {
        tally.audits++;
        Answer first = new Answer(owner, owner.numericClass, result(owner, wrong));
        Answer second;
        long took;
        if (trusted) {
            took = computing();
            second = trusted(owner.numericClass);
        } else {
            took = 0;
            Owner auditor = fleet.auditor(owner, owner);
            for (; stalls(auditor); auditor = fleet.auditor(owner, auditor)) {
                took += pace.patience().toMillis();
            }
            took += computing();
            second = check(auditor, first, wrong, owner);
        }
        tally.executions++;
        tally.auditLatency.add(took);
        Owner auditor = second.owner();
        boolean plain = !owner.hostile && (auditor == null || !auditor.hostile);
        if (plain && !plan.exact() && first.agreesWith(second)) {
            agreed(owner, at + took);
        } else {
            var open = new Case(owner, wrong, at);
            open.answers.add(first);
            open.answers.add(second);
            agenda.add(at + took, keep(open));
        }
    }

    /** The next stage of a case. */
    void proceed(int number, long at, Conviction conviction) {
        Case open = cases.get(number - plan.owners());
        switch (open.next) {
            case AUDITED -> audited(open, number, at);
            case VOTED -> voted(open, number, at);
            case CONFIRMED -> confirmed(open, number, at, conviction);
            case WITHDRAWN -> withdrawn(open, number, at);
        }
    }

    private void audited(Case open, int number, long at) {
        Answer first = open.answers.get(0);
        Answer second = open.answers.get(1);
        boolean agree =
                plan.exact()
                        ? jury.judge(open.answers).getFirst() == Ruling.AGREEING
                        : first.agreesWith(second);
        if (agree) {
            if (open.wrong) {
                open.owner.wrongAt(open.committed, pace.finality().toMillis());
            }
            agreed(open.owner, at);
            close(number);
            return;
        }
        tally.disputes++;
        tally.executions++;
        Owner auditor = second.owner();
        if (auditor == null) {
            open.next = Stage.CONFIRMED;
        } else {
            Owner third = fleet.auditor(open.owner, auditor);
            open.answers.add(side(third, first, open.wrong, second));
            open.next = Stage.VOTED;
        }
        agenda.add(at + computing(), number);
    }

    private void voted(Case open, int number, long at) {
        List<Ruling> rulings = jury.judge(open.answers);
        boolean undisputed = true;
        for (int i = 0; i < rulings.size(); i++) {
            Owner owner = open.answers.get(i).owner();
            undisputed &=
                    rulings.get(i) == Ruling.AGREEING || rulings.get(i) == Ruling.INCONCLUSIVE;
            if (owner != null && rulings.get(i) == Ruling.DISSENTING) {
                owner.standing = owner.standing.afterOutvote(Fleet.instant(at));
                tally.honestOutvoted += owner.hostile ? 0 : 1;
            }
        }
        if (undisputed) {
            doubtOrAgree(open, rulings.getFirst(), at);
            close(number);
        } else {
            tally.executions++;
            open.next = Stage.CONFIRMED;
            agenda.add(at + computing(), number);
        }
    }

    private void confirmed(Case open, int number, long at, Conviction conviction) {
        for (int i = 0; i < open.answers.size(); i++) {
            Answer answer = open.answers.get(i);
            Owner owner = answer.owner();
            if (owner != null) {
                Ruling ruling = jury.confirm(answer, trusted(answer.numericClass()));
                if (ruling == Ruling.DISSENTING && owner.here) {
                    conviction.of(owner, at);
                    withdraw(owner, at);
                } else if (i == 0 && ruling != Ruling.DISSENTING) {
                    doubtOrAgree(open, ruling, at);
                }
            }
        }
        close(number);
    }

    private void withdraw(Owner owner, long at) {
        var open = new Case(owner, false, at);
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

    private void agreed(Owner owner, long at) {
        owner.agreedSinceWrong++;
        owner.standing = owner.standing.afterAgreement(Fleet.instant(at));
    }

    private void doubtOrAgree(Case open, Ruling ruling, long at) {
        if (ruling == Ruling.AGREEING) {
            agreed(open.owner, at);
        } else {
            tally.inconclusive++;
            open.owner.standing = open.owner.standing.afterDoubt();
        }
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
