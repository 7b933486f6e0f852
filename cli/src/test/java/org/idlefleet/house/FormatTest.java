package org.idlefleet.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * google-java-format in AOSP style over every source file. It runs as a test because Maven itself
 * may run on a Java too old for it. {@code mvn -Dformat=apply -pl cli -am test -Dtest=FormatTest
 * -Dsurefire.failIfNoSpecifiedTests=false} rewrites.
 */
class FormatTest {
    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    @Test
    void everySourceFileIsFormatted() throws IOException, FormatterException {
        boolean apply = "apply".equals(System.getProperty("format"));
        var unformatted = new ArrayList<String>();
        for (Path file : Sources.java()) {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (apply && !formatted.equals(source)) {
                Files.writeString(file, formatted);
            } else if (!formatted.equals(source)) {
                unformatted.add(Sources.root().relativize(file).toString());
            }
        }
        assertThat(unformatted)
                .as("files that -Dformat=apply would change (see the comment of this test)")
                .isEmpty();
    }
}
