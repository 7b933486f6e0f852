package org.idlefleet.edge.adapter.store;

import org.idlefleet.edge.Signal;

/** How far a model is in the store. */
public sealed interface Progress {
    /** A piece is missing. */
    record Missing(Signal.Want want) implements Progress {}

    /** Every file is there and verified. */
    record Complete(StoredModel model) implements Progress {}

    /**
     * It can't go on.
     *
     * @param again whether the same attempt may succeed later
     */
    record Stuck(String reason, boolean again) implements Progress {}
}
