package org.idlefleet.edge.adapter;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.uplink.FullJitter;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.EnrolmentException;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/** How a device becomes a node: its key is made here and never leaves the data directory. */
public final class Enrolment {
    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);

    /** For each request of enrolment and renewal. */
    static final Duration DOOR_LIMIT = Duration.ofSeconds(30);

    private static final int ENROL_ATTEMPTS = 6;
    private static final Duration ENROL_RETRY_MIN = Duration.ofSeconds(1);
    private static final Duration ENROL_RETRY_MAX = Duration.ofSeconds(15);

    private Enrolment() {}

    /** Takes a token of the owner's; waits for the coordinator a minute at most. */
    public static NodeIdentity enrol(EdgeConfig config, String token)
            throws IOException, InterruptedException {
        Path directory = DataDirectory.identity(config.data());
        try (var _ = DataDirectory.take(config.data())) {
            if (NodeIdentity.exists(directory)) {
                NodeIdentity current = NodeIdentity.load(directory);
                throw new IOException(
                        "this node is enrolled already, as "
                                + current.node()
                                + " of "
                                + current.owner()
                                + "; to enrol it anew, remove "
                                + directory);
            }
            return enrolled(
                    new EnrolmentClient(config.coordinator(), DOOR_LIMIT),
                    EnrolmentToken.parse(token),
                    directory);
        }
    }

    /** Tries more than once: the coordinator may be starting, or busy, or out of reach. */
    private static NodeIdentity enrolled(EnrolmentClient door, EnrolmentToken token, Path directory)
            throws IOException, InterruptedException {
        var waits = new FullJitter(ENROL_RETRY_MIN, ENROL_RETRY_MAX, new SecureRandom());
        for (int attempt = 1; ; attempt++) {
            try {
                return door.enrol(token, directory);
            } catch (EnrolmentException e) {
                if (!e.passing() || attempt == ENROL_ATTEMPTS) {
                    throw e;
                }
                Duration wait = waits.delay(attempt);
                LOG.warn("{}; next attempt in {} s", e.getMessage(), wait.toSeconds());
                Thread.sleep(wait);
            }
        }
    }
}
