package org.idlefleet.edge.adapter;

import org.idlefleet.edge.adapter.config.CostsConfig;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.protocol.adapter.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the configuration that counts as soon as it is changed: {@code rules.*}, from the
 * configuration file or by the owner's page, and {@code costs.*} from the file. All else counts
 * from the next start. Thread-safe.
 */
final class LiveConfig {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);

    private final EdgeConfig start;
    private final Runnable ruled;
    private Optional<Object> seen;
    private volatile OwnerRules rules;
    private volatile CostsConfig costs;

    /**
     * @param start what the daemon started with
     * @param ruled called after the rules became others
     */
    LiveConfig(EdgeConfig start, Runnable ruled) {
        this.start = start;
        this.ruled = ruled;
        this.seen = look(start);
        this.rules = start.rules();
        this.costs = start.costs();
    }

    OwnerRules rules() {
        return rules;
    }

    CostsConfig costs() {
        return costs;
    }

    /** Takes rules into use that the owner saved on his page. */
    synchronized OwnerRules save(Map<RuleKey, List<String>> said) throws IOException {
        use(start.savedRules().save(start.data(), said));
        return rules;
    }

    /**
     * Looks whether the configuration file is another one, and takes rules and costs from it. One
     * with a mistake in it changes nothing.
     */
    synchronized void look() {
        Optional<Object> now = look(start);
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            EdgeConfig next = start.savedRules().again();
            if (!next.costs().equals(costs)) {
                LOG.info("the owner's costs are new");
                costs = next.costs();
            }
            if (!next.rules().texts().equals(rules.texts())) {
                use(next.rules());
            }
        } catch (ConfigException e) {
            LOG.warn("the configuration file is not read anew: {}", e.getMessage());
        }
    }

    private void use(OwnerRules next) {
        rules = next;
        ruled.run();
    }

    /** What tells one state of the file from another; empty if there is none. */
    private static Optional<Object> look(EdgeConfig config) {
        Optional<Path> file = config.savedRules().file();
        try {
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            state(Files.readAttributes(file.get(), BasicFileAttributes.class)));
        } catch (IOException e) {
            // A file that is being replaced; the next look finds the new one.
            return Optional.empty();
        }
    }

    private static List<Object> state(BasicFileAttributes file) {
        return List.of(file.lastModifiedTime(), file.size());
    }
}
