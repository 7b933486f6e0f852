package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
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
}
