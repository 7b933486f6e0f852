package org.idlefleet.simulator.trust;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A column of a table of outcomes.
 *
 * @param name as it stands in the table and in the CSV file
 * @param format of {@link String#format}, for one double
 * @param largest whether the largest of several outcomes says something; otherwise the smallest
 *     does
 */
public record Column(String name, String format, ToDoubleFunction<Outcome> value, boolean largest) {
    /** What the table shows. */
    public static final List<Column> TABLE =
            List.of(
                    up("W", "%.2f", Outcome::wrongPerHostile),
                    up("W-95%", "%.2f", Outcome::wrongPerHostileUpper),
                    up("EPS", "%.2e", Outcome::rate),
                    up("EPS-95%", "%.2e", Outcome::rateUpper),
                    up("R", "%.4f", Outcome::meanExecutions),
                    up("TRUSTED", "%.4f", Outcome::trustedShare),
                    up("HOSTILE", "%.0f", Outcome::hostile),
                    down("BANNED", "%.0f", Outcome::hostileConvicted),
                    up("HONEST-CONVICTED", "%.0f", Outcome::honestConvicted),
                    up("AUDIT-P99", "%.1f s", Outcome::auditP99),
                    up("WITHDRAWN-IN", "%.1f s", Outcome::withdrawal),
                    up("OFF-TOLERANCE", "%.0f", Outcome::offTolerance));

    private static final List<Column> MORE =
            List.of(
                    up("OWNERS", "%.0f", o -> o.plan().owners()),
                    up("SEED", "%.0f", o -> o.plan().seed()),
                    up("AUDIT-PPM", "%.0f", o -> o.plan().assurance().auditPpm()),
                    up("SETTLED", "%.0f", Outcome::settled),
                    up("RESULTS-PER-HONEST", "%.0f", Outcome::resultsPerHonest),
                    up("EXECUTIONS", "%.0f", Outcome::executions),
                    up("AUDITS", "%.0f", Outcome::audits),
                    up("RINGERS", "%.0f", Outcome::ringers),
                    up("DISPUTES", "%.0f", Outcome::disputes),
                    up("INCONCLUSIVE", "%.0f", Outcome::inconclusive),
                    up("WRONG-FINAL", "%.0f", Outcome::wrongFinal),
                    up("WRONG-WITHDRAWN", "%.0f", Outcome::wrongWithdrawn),
                    up("W-DEVIATION", "%.3f", Outcome::wrongDeviation),
                    up("WITHDRAWN", "%.0f", Outcome::withdrawn),
                    up("AUDIT-MEDIAN", "%.2f", Outcome::auditMedian),
                    up("ALARMS", "%.0f", Outcome::alarms));

    /** The name of the adversary, then the columns of the table. */
    public static List<String> row(Outcome outcome) {
        return Stream.concat(
                        Stream.of(outcome.plan().adversary().name()),
                        TABLE.stream().map(column -> column.shown(outcome)))
                .toList();
    }

    /** The worst of each column. */
    public static List<String> worst(List<Outcome> outcomes) {
        return Stream.concat(
                        Stream.of("worst"), TABLE.stream().map(column -> column.worstOf(outcomes)))
                .toList();
    }

    /** The first line of a CSV file. */
    public static String csvHeader() {
        return "ADVERSARY,"
                + String.join(
                        ",",
                        Stream.concat(TABLE.stream(), MORE.stream()).map(Column::name).toList());
    }

    /** A line of a CSV file; numbers in full. */
    public static String csv(Outcome outcome) {
        return outcome.plan().adversary().name()
                + ","
                + String.join(
                        ",",
                        Stream.concat(TABLE.stream(), MORE.stream())
                                .map(column -> plain(column.value.applyAsDouble(outcome)))
                                .toList());
    }

    private String shown(Outcome outcome) {
        return format(value.applyAsDouble(outcome));
    }

    private String worstOf(List<Outcome> outcomes) {
        var values = outcomes.stream().mapToDouble(value).summaryStatistics();
        return format(largest ? values.getMax() : values.getMin());
    }

    private String format(double number) {
        return String.format(Locale.ROOT, format, number);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static Column up(String name, String format, ToDoubleFunction<Outcome> value) {
        return new Column(name, format, value, true);
    }

    private static Column down(String name, String format, ToDoubleFunction<Outcome> value) {
        return new Column(name, format, value, false);
    }
}
