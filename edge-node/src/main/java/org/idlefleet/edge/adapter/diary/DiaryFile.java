package org.idlefleet.edge.adapter.diary;

import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.edge.diary.Diary;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.ParkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The diary on disk: lines appended and made durable, rewritten shorter in one step when they have
 * grown by {@value #GROWTH_MAX} bytes since. A line that a power cut tore is left out. Used by one
 * thread at a time.
 */
public final class DiaryFile implements AutoCloseable {
    /** Bytes that may be appended before the file is written anew. */
    static final int GROWTH_MAX = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DiaryFile.class);

    private final Path file;
    private final Diary diary;
    private FileChannel channel;
    private long grown;
    private boolean torn;

    private DiaryFile(Path file, Diary diary, FileChannel channel) {
        this.file = file;
        this.diary = diary;
        this.channel = channel;
    }

    /**
     * Reads the diary to go on with it. A park session that has no end ended with the process that
     * wrote it, when it was heard of last.
     */
    public static DiaryFile open(Path file) throws IOException {
        Diary diary = read(file);
        Optional<ParkSession> left = diary.open();
        left.ifPresent(session ->
                diary.apply(
                        new Entry.Closed(
                                session.number(),
                                session.end(),
                                "the node ended without a word: a power cut, or it was killed")));
        Durable.write(file, text(diary.entries()));
        return new DiaryFile(file, diary, channel(file));
    }

    /** What stands in the file; an empty diary if there is none. */
    public static Diary read(Path file) throws IOException {
        var diary = new Diary();
        long torn = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<Entry> entry = DiaryLine.read(line);
                entry.ifPresent(diary::apply);
                torn += entry.isPresent() || line.isEmpty() ? 0 : 1;
            }
        } catch (NoSuchFileException e) {
            return diary;
        }
        if (torn > 0) {
            LOG.warn("{} lines of the diary {} were torn and are left out", torn, file);
        }
        return diary;
    }

    /** What was written so far. */
    public Diary diary() {
        return diary;
    }

    /** Writes entries; they are durable, and in the {@link #diary}, when this returns. */
    public void append(List<Entry> entries) throws IOException {
        if (entries.isEmpty()) {
            return;
        }
        // What a full disk tore must not take the next line with it.
        var bytes = ByteBuffer.wrap(text(entries, torn ? "\n" : ""));
        torn = true;
        grown += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
        torn = false;
        entries.forEach(diary::apply);
        if (grown > GROWTH_MAX) {
            channel.close();
            Durable.write(file, text(diary.entries()));
            channel = channel(file);
            grown = 0;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private static byte[] text(List<Entry> entries) {
        return text(entries, "");
    }

    private static byte[] text(List<Entry> entries, String before) {
        return entries.stream()
                .map(entry -> DiaryLine.write(entry) + "\n")
                .collect(Collectors.joining("", before, ""))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
