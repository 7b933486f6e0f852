package org.idlefleet.protocol;

/** The rule for names that people choose: they stand in paths, accounts, URLs and certificates. */
final class Name {
    /** Longest name. */
    static final int LENGTH_MAX = 64;

    private Name() {}

    static String checked(String what, String value) {
        boolean ok = !value.isEmpty() && value.length() <= LENGTH_MAX && letter(value.charAt(0));
        for (int i = 1; ok && i < value.length(); i++) {
            char c = value.charAt(i);
            ok = letter(c) || c == '.' || c == '_' || c == '-';
        }
        if (!ok) {
            throw new IllegalArgumentException(
                    what
                            + " is 1 to 64 of a-z 0-9 . _ - and starts with a letter or digit,"
                            + " found '"
                            + value
                            + "'");
        }
        return value;
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }
}
