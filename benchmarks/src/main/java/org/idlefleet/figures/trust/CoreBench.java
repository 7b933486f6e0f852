package org.idlefleet.figures.trust;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;

/** The part of {@link VerificationBench} that goes through the whole coordinator core. */
public final class CoreBench implements Bench {
    @Override
    public String name() {
        return "core";
    }

    @Override
    public String description() {
        return "Shards a second through the whole coordinator core, and what audits cost there.";
    }

    @Override
    public void run(Figures figures, boolean quick) {
        CoreFigures.of(figures, quick);
    }
}
