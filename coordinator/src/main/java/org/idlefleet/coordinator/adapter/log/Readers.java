package org.idlefleet.coordinator.adapter.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * Reading connections to the log's file, lent to one thread at a time. Who asks for one more than
 * {@value #CONNECTIONS_MAX} waits.
 */
final class Readers implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 4;

    private final Path file;
    private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
    private final ConcurrentLinkedDeque<Reader> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    Readers(Path file) {
        this.file = file;
    }

    /** What is done with a lent connection. */
    interface Work<T> {
        T read(Reader reader) throws SQLException;
    }

    /** A lent connection; keeps its statements. */
    static final class Reader {
        private final Connection connection;
        private final Map<String, PreparedStatement> statements = new HashMap<>();

        private Reader(Connection connection) {
            this.connection = connection;
        }

        PreparedStatement statement(String sql) throws SQLException {
            PreparedStatement known = statements.get(sql);
            if (known == null) {
                known = connection.prepareStatement(sql);
                statements.put(sql, known);
            }
            return known;
        }
    }

    <T> T with(Work<T> work) {
        free.acquireUninterruptibly();
        try {
            Reader reader = take();
            try {
                return work.read(reader);
            } finally {
                idle.push(reader);
                if (closed) {
                    closeIdle();
                }
            }
        } catch (SQLException e) {
            throw new LogException("the event log " + file + " cannot be read", e);
        } finally {
            free.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            closeIdle();
        } catch (SQLException e) {
            throw new LogException("the event log " + file + " cannot be closed", e);
        }
    }

    private Reader take() throws SQLException {
        if (closed) {
            throw new IllegalStateException("the event log " + file + " is closed");
        }
        Reader known = idle.poll();
        return known == null ? new Reader(LogFile.openForReading(file)) : known;
    }

    private void closeIdle() throws SQLException {
        for (Reader reader = idle.poll(); reader != null; reader = idle.poll()) {
            reader.connection.close();
        }
    }
}
