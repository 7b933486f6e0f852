package org.idlefleet.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The lines that a bench prints: {@code figure NAME VALUE UNIT bar OP BAR holds|short}. One thread.
 */
public final class Figures {
    private final PrintWriter out;
    private final List<String> missed = new ArrayList<>();

    public Figures(PrintWriter out) {
        this.out = out;
    }

    /** A figure that is good if it is {@code bar} or more. */
    public void atLeast(String name, double value, String unit, double bar) {
        figure(name, value, unit, ">=", bar, value >= bar);
    }

    /** A figure that is good if it is {@code bar} or less. */
    public void atMost(String name, double value, String unit, double bar) {
        figure(name, value, unit, "<=", bar, value <= bar);
    }

    /** A figure without a bar: what the others are compared with, or are made of. */
    public void plain(String name, double value, String unit) {
        line("figure " + name + " " + number(value) + " " + unit + " bar none");
    }

    /** What a reader needs to understand the figures. */
    public void note(String text) {
        line("# " + text);
    }

    /** Names of the figures that fell short of their bars. */
    public List<String> missed() {
        return List.copyOf(missed);
    }

    private void figure(
            String name, double value, String unit, String operator, double bar, boolean holds) {
        if (!holds) {
            missed.add(name);
        }
        String verdict = " bar " + operator + " " + number(bar) + (holds ? " holds" : " short");
        line("figure " + name + " " + number(value) + " " + unit + verdict);
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Four significant digits, no exponent. */
    private static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
