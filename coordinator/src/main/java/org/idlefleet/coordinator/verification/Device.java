package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NumericClass;

import java.util.ArrayList;
import java.util.List;

/**
 * What we know of one device beside its owner's standing: whether it has shown that it computes
 * right. A fault of the hardware, unlike a lie, is one device's and not its owner's. Immutable.
 *
 * @param shown checks passed, by model and numeric class
 * @param agreed results that somebody else recomputed or voted on, and that were right
 * @param outvoted those that others voted down
 * @param faulty whether a trusted owner found a result of it wrong while the owner's other devices
 *     were fine
 */
public record Device(List<Shown> shown, long agreed, long outvoted, boolean faulty) {
    /** Checks that a device must have passed for a model in a numeric class. */
    public static final int WARM_UP = 50;

    /** Models and classes remembered of one device; the oldest is forgotten, and shown anew. */
    public static final int SHOWN_MAX = 32;

    /** Nothing is known yet. */
    public static final Device FRESH = new Device(List.of(), 0, 0, false);

    public Device {
        shown = List.copyOf(shown);
    }

    /**
     * Checks passed for one model in one numeric class, counted up to {@link #WARM_UP}.
     *
     * @param manifest the model's
     */
    public record Shown(Digest manifest, NumericClass numericClass, int checks) {
        private boolean of(Digest model, NumericClass in) {
            return manifest.equals(model) && numericClass.equals(in);
        }
    }

    /** Whether everything it computes with this model in this class is audited. */
    public boolean warmingUp(Digest manifest, NumericClass numericClass) {
        return checks(manifest, numericClass) < WARM_UP;
    }

    /** Whether it has passed enough checks in some class, and nobody ever voted it down. */
    public boolean fine() {
        return !faulty
                && outvoted == 0
                && shown.stream().anyMatch(known -> known.checks >= WARM_UP);
    }

    /** Somebody else computed the same. */
    public Device afterAgreement(Digest manifest, NumericClass numericClass) {
        int checks = checks(manifest, numericClass);
        if (checks >= WARM_UP) {
            return new Device(shown, agreed + 1, outvoted, faulty);
        }
        var more = new ArrayList<Shown>(shown.size() + 1);
        shown.stream().filter(known -> !known.of(manifest, numericClass)).forEach(more::add);
        if (more.size() == SHOWN_MAX) {
            more.removeFirst();
        }
        more.add(new Shown(manifest, numericClass, checks + 1));
        return new Device(more, agreed + 1, outvoted, faulty);
    }

    /** Others voted it down. */
    public Device afterOutvote() {
        return new Device(shown, agreed, outvoted + 1, faulty);
    }

    /** A trusted owner found a result right that others had voted down. */
    public Device afterClearing() {
        return new Device(shown, agreed, Math.max(0, outvoted - 1), faulty);
    }

    /** It gets no more work. */
    public Device turnAway() {
        return new Device(shown, agreed, outvoted, true);
    }

    private int checks(Digest manifest, NumericClass numericClass) {
        for (Shown known : shown) {
            if (known.of(manifest, numericClass)) {
                return known.checks;
            }
        }
        return 0;
    }
}
