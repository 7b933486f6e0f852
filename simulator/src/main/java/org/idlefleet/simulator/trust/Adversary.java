package org.idlefleet.simulator.trust;

/**
 * A way to cheat.
 *
 * @param name the word on the command line
 * @param sentence what it does
 */
public record Adversary(String name, String sentence, Plan plan, Craft craft) {
    @Override
    public String toString() {
        return name;
    }
}
