package org.idlefleet.cli;

import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Values of options as people type them; what is none is a usage error that shows one. */
final class Values {
    private static final int PORT_MAX = 65_535;

    private Values() {}

    /** Lets the command and its subcommands read their options so. */
    static CommandLine readBy(CommandLine command) {
        return command.registerConverter(URI.class, Values::address)
                .registerConverter(Instant.class, Values::time);
    }

    /** Where an API answers. */
    private static URI address(String text) {
        try {
            var address = new URI(text);
            boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (web && address.getHost() != null && address.getPort() <= PORT_MAX) {
                return address;
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        throw none("an address such as http://127.0.0.1:8000", text);
    }

    /** A date stands for its first instant in UTC. */
    private static Instant time(String text) {
        try {
            return text.matches("\\d{4}-\\d{2}-\\d{2}")
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException _) {
            throw none("a time such as 2026-11-01T00:00:00Z, or a date", text);
        }
    }

    private static TypeConversionException none(String expected, String text) {
        return new TypeConversionException("expected " + expected + ", found '" + text + "'");
    }
}
