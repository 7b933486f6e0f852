package org.idlefleet.coordinator;

import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which results of a device can't become final yet. While an audit of one of its results is open,
 * no more than {@link #CAP} later ones may: the others stay as they are until it has ended, however
 * long that takes, and a conviction withdraws them. Only what becomes final is held back; the
 * device gets work and clients get answers as ever.
 */
final class Holds {
    /** Later results of a device that may become final while one of its audits is open. */
    static final int CAP = 16;

    /** Results that nobody audits, of every device that has had an open audit. */
    private final Map<NodeId, Long> results = new HashMap<>();

    /** By device, its open audits, the oldest first, with the number of its last result then. */
    private final Map<NodeId, TreeMap<JobId, Long>> open = new HashMap<>();

    /** One of the device's results is being audited. */
    void opened(NodeId node, JobId audit) {
        open.computeIfAbsent(node, _ -> new TreeMap<>()).put(audit, number(node));
    }

    void closed(NodeId node, JobId audit) {
        open.computeIfPresent(
                node,
                (_, audits) -> {
                    audits.remove(audit);
                    return audits.isEmpty() ? null : audits;
                });
    }

    /** One more result of the device that nobody audits has settled; returns its number. */
    long settled(NodeId node) {
        return open.containsKey(node) ? results.merge(node, 1L, Long::sum) : number(node);
    }

    /** Whether the device's result with this number must not become final now. */
    boolean holds(NodeId node, long number) {
        TreeMap<JobId, Long> audits = open.get(node);
        return audits != null && number - audits.firstEntry().getValue() > CAP;
    }

    /** Whether an audit of one of the device's results is open. */
    boolean watches(NodeId node) {
        return open.containsKey(node);
    }

    private long number(NodeId node) {
        return results.getOrDefault(node, 0L);
    }
}
