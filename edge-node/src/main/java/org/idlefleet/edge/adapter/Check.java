package org.idlefleet.edge.adapter;

/**
 * One line of what {@link Doctor} found.
 *
 * @param what was looked at
 * @param found in words
 * @param advice what to do about it; empty if it is fine
 */
public record Check(String what, Level level, String found, String advice) {
    /** How bad it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** The node works, but less well than it could. */
        WARN,
        /** The node can't work. */
        BAD
    }

    static Check ok(String what, String found) {
        return new Check(what, Level.OK, found, "");
    }

    static Check warn(String what, String found, String advice) {
        return new Check(what, Level.WARN, found, advice);
    }

    static Check bad(String what, String found, String advice) {
        return new Check(what, Level.BAD, found, advice);
    }
}
