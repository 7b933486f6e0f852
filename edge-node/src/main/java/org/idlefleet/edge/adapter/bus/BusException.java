package org.idlefleet.edge.adapter.bus;

/** The bus, or who was asked over it, does not answer as it should; the message is for people. */
final class BusException extends Exception {
    private static final long serialVersionUID = 1;

    BusException(String message) {
        super(message);
    }
}
