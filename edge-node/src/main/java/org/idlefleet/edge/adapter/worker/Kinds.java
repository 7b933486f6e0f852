package org.idlefleet.edge.adapter.worker;

import org.idlefleet.protocol.ItemKind;

import java.io.IOException;

/** What a frame is. Each lane's connection carries a question and its answer in turn. */
final class Kinds {
    /** Daemon, first on the control connection: how to compute, see {@link Setup}. */
    static final byte SETUP = 1;

    /**
     * Worker: numeric class, provider, whether it is shut in, how, then providers that were not to
     * be had.
     */
    static final byte READY = 2;

    /** Daemon on a lane: a number for the model, its manifest, its directory. */
    static final byte LOAD = 3;

    /** Worker: the model is loaded. */
    static final byte LOADED = 4;

    /** Worker: it did not load; or the worker itself did not start. A text says why. */
    static final byte FAILED = 5;

    /** Daemon on a lane: the run's number, the model's, the kind of items, the items. */
    static final byte RUN = 6;

    /** Worker: the output. */
    static final byte DONE = 7;

    /** Worker: the reason's name, then a text. */
    static final byte REFUSED = 8;

    /** Worker: stopped as asked. */
    static final byte ABORTED = 9;

    /** Daemon on a lane: the number of a model that is not needed any more. */
    static final byte UNLOAD = 10;

    /** Worker: it is gone. */
    static final byte UNLOADED = 11;

    /** Daemon on the control connection: lane and run to be stopped, and all before it. */
    static final byte STOP = 12;

    private Kinds() {}

    static byte of(ItemKind kind) {
        return switch (kind) {
            case TEXT -> 0;
            case TOKENS -> 1;
        };
    }

    static ItemKind itemKind(byte code) throws IOException {
        return switch (code) {
            case 0 -> ItemKind.TEXT;
            case 1 -> ItemKind.TOKENS;
            default -> throw new IOException("no kind of items has the code " + code);
        };
    }
}
