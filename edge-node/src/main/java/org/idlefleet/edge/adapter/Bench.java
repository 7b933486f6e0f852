package org.idlefleet.edge.adapter;

import java.util.Optional;

/**
 * What one provider does with one model on this device.
 *
 * @param problem what is wrong with its answer to the model's probe; empty if it is right
 * @param unitsPerSecond work units of one lane
 * @param watts while it ran, less those before
 * @param measured whether the watts are measured here, else they are an estimate
 * @param source what the watts speak of
 */
public record Bench(
        String provider,
        String numericClass,
        String model,
        Optional<String> problem,
        double unitsPerSecond,
        double watts,
        boolean measured,
        String source) {
    /** Work units per joule: the higher, the less the owner pays for the same work. */
    public double unitsPerJoule() {
        return problem.isPresent() || watts <= 0 ? 0 : unitsPerSecond / watts;
    }
}
