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

    /** Of every device that has had an open audit. */
    private final Map<NodeId, Watched> devices = new HashMap<>();

    private static final class Watched {
        /** Its open audits, the oldest first, with the number of its last result then. */
        private final TreeMap<JobId, Long> audits = new TreeMap<>();

        /** Results that nobody audits. */
        private long results;
    }

    /** One of the device's results is being audited. */
    void opened(NodeId node, JobId audit) {
        Watched device = devices.computeIfAbsent(node, _ -> new Watched());
        device.audits.put(audit, device.results);
    }

    void closed(NodeId node, JobId audit) {
        Watched device = devices.get(node);
        if (device != null) {
            device.audits.remove(audit);
        }
    }

    /** One more result of the device that nobody audits has settled; returns its number. */
    long settled(NodeId node) {
        Watched device = devices.get(node);
        if (device == null) {
            return 0;
        }
        device.results += device.audits.isEmpty() ? 0 : 1;
        return device.results;
    }

    /** Whether the device's result with this number must not become final now. */
    boolean holds(NodeId node, long number) {
        Watched device = devices.get(node);
        return device != null
                && !device.audits.isEmpty()
                && number - device.audits.firstEntry().getValue() > CAP;
    }

    /** Whether an audit of one of the device's results is open. */
    boolean watches(NodeId node) {
        Watched device = devices.get(node);
        return device != null && !device.audits.isEmpty();
    }
}
