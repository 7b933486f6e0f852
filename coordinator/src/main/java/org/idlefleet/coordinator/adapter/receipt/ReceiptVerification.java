package org.idlefleet.coordinator.adapter.receipt;

import java.util.List;

/**
 * What a receipt proves.
 *
 * @param faults what does not hold, one sentence each; empty if everything does
 * @param proven what follows from it, one sentence each
 * @param open what does not follow from it
 */
public record ReceiptVerification(List<String> faults, List<String> proven, List<String> open) {
    public ReceiptVerification {
        faults = List.copyOf(faults);
        proven = List.copyOf(proven);
        open = List.copyOf(open);
    }

    public boolean holds() {
        return faults.isEmpty();
    }
}
