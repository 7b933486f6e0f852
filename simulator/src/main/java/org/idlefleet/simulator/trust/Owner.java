package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.coordinator.verification.Standing;

import java.util.PriorityQueue;
import java.util.Queue;

/** An owner while it lasts. Times are milliseconds since the beginning of the run. One thread. */
final class Owner {
    final int number;
    final boolean hostile;
    final int numericClass;
    final double everyMillis;

    Standing standing;
    boolean here;
    int ppm;

    /** Whether only what may matter of its right results is played one by one. */
    boolean quiet;

    /** Results until the next drawn one and the next wrong one; 0: to be chosen. */
    long toDrawn;

    /** What was drawn for the next drawn one. */
    Draw draw = Draw.NONE;

    long toWrong;
    long step;
    double now;
    double parkedUntil;

    long results;
    long agreedSinceWrong;
    long wrongFinal;
    long wrongWithdrawn;

    /** Undetected wrong results that can still be withdrawn, by the time of their commit. */
    private final Queue<Long> wrong = new PriorityQueue<>();

    Owner(int number, boolean hostile, int numericClass, double everyMillis, Standing standing) {
        this.number = number;
        this.hostile = hostile;
        this.numericClass = numericClass;
        this.everyMillis = everyMillis;
        this.standing = standing;
    }

    /** A wrong result that nobody found wrong; of an owner already convicted it is not accepted. */
    void wrongAt(long at, long finality) {
        if (here) {
            finalBefore(at - finality);
            wrong.add(at);
        } else {
            wrongWithdrawn++;
        }
    }

    /** What was committed up to {@code until} is final. */
    void finalBefore(long until) {
        while (!wrong.isEmpty() && wrong.element() <= until) {
            wrong.remove();
            wrongFinal++;
        }
    }

    /** What is not final is run again. */
    void withdraw() {
        wrongWithdrawn += wrong.size();
        wrong.clear();
    }
}
