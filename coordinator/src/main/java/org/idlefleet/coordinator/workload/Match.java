package org.idlefleet.coordinator.workload;

import java.util.List;

/** What holding two outputs against each other gave. */
public sealed interface Match {
    /**
     * Both are what the model can give.
     *
     * @param distance how far apart they are
     * @param zone what that means; a veto turns {@code AGREE} into {@code INCONCLUSIVE}
     * @param remarks what else there is to know
     */
    record Measured(double distance, Zone zone, List<Remark> remarks) implements Match {
        public Measured {
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * One is not, so there is nothing to compare.
     *
     * @param first whether it is the first of the two
     * @param why what is wrong with it
     */
    record Malformed(boolean first, String why) implements Match {}

    /** A note on a comparison. */
    enum Remark {
        /** The classes differ, but both outputs hold them for about equally likely. */
        TIE,
        /**
         * A second measure finds the outputs unlike. It is no metric, so it may withhold agreement
         * but blames nobody.
         */
        VETO
    }
}
