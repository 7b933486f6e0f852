package org.idlefleet.edge.adapter.update;

import org.idlefleet.edge.adapter.Durable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Looks about once a day whether there is newer software, and keeps what it found in a file. It
 * tells; nobody installs anything. Thread-safe; {@link #look} blocks.
 */
public final class UpdateCheck {
    /** Between two looks, give or take a quarter. */
    static final Duration EVERY = Duration.ofDays(1);

    /** After a look that failed, give or take a quarter. */
    static final Duration RETRY = Duration.ofHours(1);

    /** The first look comes within this time, so that nodes that start together do not ask so. */
    static final Duration FIRST_MAX = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(UpdateCheck.class);

    private final Path file;
    private final String own;
    private final Source source;
    private final RandomGenerator chance;
    private UpdateNotice notice;
    private Optional<Instant> next = Optional.empty();

    /** Where the newest release is told by somebody who is trusted. */
    @FunctionalInterface
    public interface Source {
        /**
         * The file of the release; empty if none is named.
         *
         * @throws IOException if it can't be had or trusted; says why
         */
        Optional<byte[]> newest() throws IOException;
    }

    /**
     * @param file what was found
     * @param own version of this software
     * @param chance spreads the looks of many nodes
     */
    public UpdateCheck(Path file, String own, Source source, RandomGenerator chance) {
        this.file = file;
        this.own = own;
        this.source = source;
        this.chance = chance;
        this.notice = UpdateNotice.read(file);
    }

    /** What is known. */
    public synchronized UpdateNotice notice() {
        return notice;
    }

    /**
     * Whether to call {@link #look} now; says so once a look.
     *
     * @param may whether this is a moment to use the network in; else the look waits for one
     */
    public synchronized boolean due(Instant now, boolean may) {
        Instant at = next.orElseGet(() -> first(now));
        next = Optional.of(at);
        if (!may || now.isBefore(at)) {
            return false;
        }
        next = Optional.of(now.plus(about(RETRY)));
        return true;
    }

    private Instant first(Instant now) {
        Instant soon = now.plusMillis(chance.nextLong(FIRST_MAX.toMillis()));
        return notice.looked()
                .filter(last -> !last.isAfter(now))
                .map(last -> last.plus(about(EVERY)))
                .filter(soon::isBefore)
                .orElse(soon);
    }

    private Duration about(Duration time) {
        return Duration.ofMillis((long) (time.toMillis() * (0.75 + chance.nextDouble() / 2)));
    }

    /** Looks. What was found before stays if this fails. */
    public void look(Instant now) {
        UpdateNotice before = notice();
        UpdateNotice found;
        try {
            found = new UpdateNotice(source.newest().map(Release::read), Optional.of(now), "");
            String sentence = found.sentence(own);
            if (!sentence.isEmpty() && !found.release().equals(before.release())) {
                LOG.info("{}", sentence);
            }
        } catch (IOException | IllegalArgumentException e) {
            found =
                    new UpdateNotice(
                            before.release(),
                            before.looked(),
                            "the newest version can't be told: " + e.getMessage());
            LOG.warn("{}", found.problem());
        }
        keep(found, now);
    }

    private synchronized void keep(UpdateNotice found, Instant now) {
        notice = found;
        if (found.problem().isEmpty()) {
            next = Optional.of(now.plus(about(EVERY)));
        }
        try {
            Durable.write(file, found.bytes());
        } catch (IOException e) {
            LOG.warn("what is known of newer software could not be kept: {}", e.toString());
        }
    }
}
