package org.idlefleet.simulator.trust;

/**
 * A way to cheat.
 *
 * @param name the word on the command line
 * @param sentence what it does
 */
public record Adversary(String name, String sentence, Plan plan, Craft craft) {
    /** From such a drag on a large part of all audits end in doubt, and have to be played. */
    private static final double STRONG_DRAG = 0.9;

    /** So many owners of those wished for tell as much in a bearable time. */
    public int enough(int owners) {
        return craft.drag() < STRONG_DRAG ? owners : Math.max(TrustPlan.OWNERS_MIN, owners / 10);
    }

    /** Whether all its own results are right, or at least none is planned to be wrong. */
    boolean isHarmless() {
        return plan.equals(Plan.NEVER);
    }

    @Override
    public String toString() {
        return name;
    }
}
