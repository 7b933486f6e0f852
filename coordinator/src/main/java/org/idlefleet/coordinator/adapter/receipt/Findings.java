package org.idlefleet.coordinator.adapter.receipt;

import java.util.ArrayList;
import java.util.List;

/** What the check of one receipt has found so far. One thread. */
final class Findings {
    private final List<String> faults = new ArrayList<>();
    private final List<String> proven = new ArrayList<>();
    private final List<String> open = new ArrayList<>();

    /** Whether something does not hold. */
    boolean faulty() {
        return !faults.isEmpty();
    }

    void fault(String sentence) {
        faults.add(sentence);
    }

    void require(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    void proven(String sentence) {
        proven.add(sentence);
    }

    void open(String sentence) {
        open.add(sentence);
    }

    ReceiptVerification all() {
        return new ReceiptVerification(faults, proven, open);
    }
}
