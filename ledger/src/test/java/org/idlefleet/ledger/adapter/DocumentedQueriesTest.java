package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

class DocumentedQueriesTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "ledger.md");
    private static final Pattern QUERY =
            Pattern.compile("([^\n]*)\n\n```sql\n(.*?)```", Pattern.DOTALL);

    @TempDir Path directory;

    @Test
    void everyQueryInTheDocumentRunsAndFindsWhatItSays() throws IOException, SQLException {
        Path file = directory.resolve("ledger.db");
        try (var ledger = LedgerDatabase.open(file)) {
            ledger.append(new LedgerStory(8).next(300));
        }
        List<String> asked = new ArrayList<>();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = plain.createStatement()) {
            var queries = QUERY.matcher(Files.readString(DOCUMENT));
            while (queries.find()) {
                String says = queries.group(1);
                String sql = queries.group(2).replace("'job-9'", "'job-9-c1'");
                asked.add(says);
                try (ResultSet rows = statement.executeQuery(sql)) {
                    boolean any = rows.next();
                    if (sql.contains("must_be_zero")) {
                        assertThat(rows.getLong(1)).as(says).isZero();
                    } else if (says.contains("no rows expected")) {
                        assertThat(any).as(says).isFalse();
                    } else if (!sql.contains("job-9")) {
                        assertThat(any).as(says).isTrue();
                    }
                }
            }
        }
        assertThat(asked).hasSizeGreaterThanOrEqualTo(9);
    }

    /** As an auditor would, with nothing of ours; skipped where the tool is not installed. */
    @Test
    void thePlainToolAnswersEveryQueryAndMayChangeNothing()
            throws IOException, InterruptedException {
        assumeThat(sqlite3("--version")).as("sqlite3").isNotNull();
        Path file = directory.resolve("ledger.db");
        try (var ledger = LedgerDatabase.open(file)) {
            ledger.append(new LedgerStory(8).next(300));
            var queries = QUERY.matcher(Files.readString(DOCUMENT));
            int asked = 0;
            while (queries.find()) {
                String sql = queries.group(2).replace("'job-9'", "'job-9-c1'");
                String found = sqlite3("-readonly", "-bail", file.toString(), sql);
                assertThat(found).as(queries.group(1)).doesNotContain("rror");
                if (sql.contains("must_be_zero")) {
                    assertThat(found).as(sql).isEqualTo("0\n");
                } else if (queries.group(1).contains("no rows expected")) {
                    assertThat(found).as(sql).isEmpty();
                }
                asked++;
            }
            assertThat(asked).isGreaterThanOrEqualTo(9);
        }
        for (String table :
                List.of("transactions", "accounts", "account_lines", "holds", "singles")) {
            assertThat(sqlite3(file.toString(), "DELETE FROM " + table))
                    .containsAnyOf("never", "final");
            assertThat(sqlite3(file.toString(), "SELECT count(*) > 0 FROM " + table))
                    .as(table)
                    .isEqualTo("1\n");
        }
        assertThat(sqlite3(file.toString(), "UPDATE transactions SET amount1 = amount1"))
                .contains("never changed");
        assertThat(sqlite3(file.toString(), "PRAGMA integrity_check")).isEqualTo("ok\n");
    }

    /** What the tool says, errors too; null if it is not there. */
    private static @Nullable String sqlite3(String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add("sqlite3");
        command.addAll(List.of(arguments));
        try {
            Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            tool.waitFor();
            return said;
        } catch (IOException e) {
            return null;
        }
    }
}
