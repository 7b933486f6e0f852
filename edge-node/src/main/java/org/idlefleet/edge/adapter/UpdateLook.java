package org.idlefleet.edge.adapter;

import org.idlefleet.edge.adapter.update.UpdateCheck;
import org.idlefleet.edge.adapter.update.UpdateNotice;

import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Lets the node look for newer software only while every rule holds: not while driving, and not
 * over a network that is to be spared.
 */
final class UpdateLook {
    private final Optional<UpdateCheck> check;
    private final Executor thread;

    /**
     * @param check empty if no repository is named or the owner does not want it
     * @param thread where looks block
     */
    UpdateLook(Optional<UpdateCheck> check, Executor thread) {
        this.check = check;
        this.thread = thread;
    }

    void see(EdgeLoop.Snapshot shown) {
        boolean may = shown.view().gate().equals("open") && shown.mayFetch();
        check.filter(known -> known.due(shown.at(), may))
                .ifPresent(known -> thread.execute(() -> known.look(shown.at())));
    }

    /** What is known. */
    UpdateNotice notice() {
        return check.map(UpdateCheck::notice).orElse(UpdateNotice.NONE);
    }
}
