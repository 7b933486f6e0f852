package org.idlefleet.ledger.adapter.payout;

import java.util.List;
import java.util.Optional;

/**
 * One payout run: who proposed and who released it, and how far each order is.
 *
 * @param approver empty until a second person released it
 */
public record PayoutRun(String name, String proposer, Optional<String> approver, List<Item> items) {
    public PayoutRun {
        items = List.copyOf(items);
    }

    /** One order of the run. */
    public record Item(PayoutOrder order, Stage stage, String reason) {}

    /** How far an order is. It only moves down this list. */
    public enum Stage {
        /** Waits for a second person. */
        PROPOSED,
        /** Released; not booked yet. */
        APPROVED,
        /** Booked out of the owner's payable account; perhaps already with the provider. */
        ORDERED,
        /** With the provider. */
        SUBMITTED,
        /** Arrived, and booked so. */
        ARRIVED,
        /** Came back, and booked back. */
        FAILED,
        /** The book refused it: the owner no longer had the money. */
        REFUSED;

        /** Whether nothing more happens to it. */
        public boolean isFinal() {
            return switch (this) {
                case ARRIVED, FAILED, REFUSED -> true;
                case PROPOSED, APPROVED, ORDERED, SUBMITTED -> false;
            };
        }
    }

    public boolean isFinished() {
        return items.stream().allMatch(item -> item.stage().isFinal());
    }

    List<PayoutOrder> at(Stage stage) {
        return items.stream().filter(item -> item.stage() == stage).map(Item::order).toList();
    }
}
