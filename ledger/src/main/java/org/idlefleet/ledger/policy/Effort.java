package org.idlefleet.ledger.policy;

/**
 * What a piece of work took from a device, measured or estimated; all whole numbers, none negative.
 *
 * @param joules of electricity, all together
 * @param batteryJoules the part of it that came out of the battery
 * @param acceleratorMillis for which a chip computed
 */
public record Effort(long joules, long batteryJoules, long acceleratorMillis) {
    /** Nothing is known. */
    public static final Effort NONE = new Effort(0, 0, 0);

    public Effort {
        if (joules < 0 || batteryJoules < 0 || batteryJoules > joules || acceleratorMillis < 0) {
            throw new IllegalArgumentException(
                    "expected an effort of zero or more, with no more from the battery than in all,"
                            + " found "
                            + joules
                            + " J, "
                            + batteryJoules
                            + " J of battery, "
                            + acceleratorMillis
                            + " ms");
        }
    }
}
