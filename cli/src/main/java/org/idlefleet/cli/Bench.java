package org.idlefleet.cli;

/** A set of figures that {@code idlefleet bench} measures and prints; found by ServiceLoader. */
public interface Bench {
    /** The word on the command line. */
    String name();

    /** What it measures, in a line. */
    String description();

    /**
     * Measures. Anything it starts has ended when it returns.
     *
     * @param quick smaller numbers, to see that it runs; the figures then mean little
     */
    void run(Figures figures, boolean quick) throws Exception;
}
