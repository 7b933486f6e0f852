package org.idlefleet.cli;

/**
 * Reads options that are as they should be, each {@code --name value} or {@code --name=value},
 * without picocli: it takes most of a second to look at all commands before it runs one, and its
 * classes stay in memory. It gets to see all other command lines, to explain them.
 */
final class PlainOptions {
    private PlainOptions() {}

    /** Where options go. */
    @FunctionalInterface
    interface Taker {
        /** Takes one option as picocli would; false if it knows none such, or had it already. */
        boolean take(String name, String value);
    }

    /** Whether all were taken; some may have been if not. */
    static boolean read(String[] args, Taker taker) {
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String name = equals < 0 ? args[i] : args[i].substring(0, equals);
            String value =
                    equals >= 0 ? args[i].substring(equals + 1) : ++i < args.length ? args[i] : "";
            if (value.isEmpty() || value.startsWith("-") || !taker.take(name, value)) {
                return false;
            }
        }
        return true;
    }
}
