package org.idlefleet.edge;

/**
 * What the node is about, in one word for programs and one sentence for its owner.
 *
 * @param sentence says why where the node does not compute
 */
public record Activity(State state, String sentence) {
    /** One word for it. */
    public enum State {
        COMPUTING,
        READY,
        OFFLINE,
        CLOSED,
        PAUSED,
        FINISHING,
        STOPPING
    }

    /** What a node with this view is about. */
    public static Activity of(EdgeView view) {
        if (view.mode().equals("stopping")) {
            return new Activity(State.STOPPING, "The node is shutting down.");
        }
        if (!view.gate().equals("open")) {
            return view.gateReason().startsWith("owner: owner.paused is yes")
                    ? new Activity(State.PAUSED, "You paused the node.")
                    : new Activity(State.CLOSED, view.gateReason());
        }
        if (view.mode().equals("finishing")) {
            return new Activity(
                    State.FINISHING,
                    view.held().isEmpty()
                            ? "You said finish: nothing runs, and nothing new begins."
                            : "You said finish: what runs is finished, nothing new begins.");
        }
        if (view.computing() > 0) {
            return new Activity(State.COMPUTING, "Every rule of yours holds; it computes.");
        }
        if (!view.link().equals("connected")) {
            return new Activity(
                    State.OFFLINE,
                    "Every rule of yours holds, but the node is "
                            + view.link()
                            + (view.linkReason().isEmpty() ? "." : ": " + view.linkReason()));
        }
        boolean warm = view.models().stream().anyMatch(model -> model.stage().equals("warm"));
        return new Activity(
                State.READY,
                warm
                        ? "Every rule of yours holds; the node waits for work."
                        : "Every rule of yours holds; the node gets its models ready"
                                + (view.fetchHeld().isEmpty() ? "." : ", but waits: ")
                                + view.fetchHeld());
    }
}
