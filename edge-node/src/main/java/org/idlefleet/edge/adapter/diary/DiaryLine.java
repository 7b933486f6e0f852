package org.idlefleet.edge.adapter.diary;

import org.idlefleet.edge.diary.Balance;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.Usage;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An entry as a line that people can read: a word, {@code name=value} pairs, the reason if there is
 * one, and a checksum of all before it, so that what a power cut tore is told from what was
 * written. Counts that are zero are left out; names that this version does not know are ignored.
 */
final class DiaryLine {
    private static final String CHECK = " #";

    private static final RecordComponent[] COUNTS = Usage.class.getRecordComponents();

    private DiaryLine() {}

    static String write(Entry entry) {
        String text =
                switch (entry) {
                    case Entry.Opened opened ->
                            "opened session=" + opened.session() + " at=" + opened.at();
                    case Entry.Spent spent ->
                            "spent session="
                                    + spent.session()
                                    + " at="
                                    + spent.at()
                                    + " until="
                                    + spent.until()
                                    + counts(spent.usage());
                    case Entry.Told told ->
                            "told session="
                                    + told.session()
                                    + " at="
                                    + told.at()
                                    + " earned="
                                    + told.earnedMicros()
                                    + " escrow="
                                    + told.balance().escrow()
                                    + " payable="
                                    + told.balance().payable();
                    case Entry.Closed closed ->
                            "closed session="
                                    + closed.session()
                                    + " at="
                                    + closed.at()
                                    + " reason="
                                    + closed.reason().replaceAll("\\s+", " ");
                };
        return text + CHECK + check(text);
    }

    /** The entry of a line; empty if the line is torn or says nothing that makes sense. */
    static Optional<Entry> read(String line) {
        int at = line.lastIndexOf(CHECK);
        if (at < 0 || !line.substring(at + CHECK.length()).equals(check(line.substring(0, at)))) {
            return Optional.empty();
        }
        try {
            return entry(line.substring(0, at));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Entry> entry(String text) {
        int cut = text.indexOf(" reason=");
        String reason = cut < 0 ? "" : text.substring(cut + " reason=".length());
        String[] words = (cut < 0 ? text : text.substring(0, cut)).split(" ");
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            values.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        long session = Long.parseLong(values.getOrDefault("session", "0"));
        Instant at = Instant.parse(values.getOrDefault("at", ""));
        return switch (words[0]) {
            case "opened" -> Optional.of(new Entry.Opened(session, at));
            case "spent" ->
                    Optional.of(
                            new Entry.Spent(
                                    session,
                                    at,
                                    Instant.parse(values.getOrDefault("until", "")),
                                    usage(values)));
            case "told" ->
                    Optional.of(
                            new Entry.Told(
                                    session,
                                    at,
                                    count(values, "earned"),
                                    new Balance(
                                            count(values, "escrow"), count(values, "payable"))));
            case "closed" -> Optional.of(new Entry.Closed(session, at, reason));
            default -> Optional.empty();
        };
    }

    private static String counts(Usage usage) {
        var text = new StringBuilder();
        try {
            for (RecordComponent count : COUNTS) {
                long value = (long) count.getAccessor().invoke(usage);
                if (value != 0) {
                    text.append(' ').append(count.getName()).append('=').append(value);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record's components can be read", e);
        }
        return text.toString();
    }

    private static Usage usage(Map<String, String> values) {
        var counts = new Object[COUNTS.length];
        var types = new Class<?>[COUNTS.length];
        for (int i = 0; i < COUNTS.length; i++) {
            counts[i] = count(values, COUNTS[i].getName());
            types[i] = long.class;
        }
        try {
            return Usage.class.getConstructor(types).newInstance(counts);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record can be made of its components", e);
        }
    }

    private static long count(Map<String, String> values, String name) {
        return Long.parseLong(values.getOrDefault(name, "0"));
    }

    private static String check(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
