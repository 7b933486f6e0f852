package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.RandomEvents;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Since when the money that events book counts. */
class BookingsTest {
    private static final Instant HOUR = Instant.parse("2026-11-30T23:00:00Z");
    private static final Instant LATER = Instant.parse("2026-12-01T00:00:03Z");

    @Test
    void anHourOfAvailabilityCountsSinceItBegan() {
        var payment =
                new Transaction(
                        new TransactionId(TransactionKind.AVAILABLE, "ann", "2026-11-30T23"),
                        List.of(
                                new Posting(AccountId.REVENUE, new Money(-5)),
                                new Posting(AccountId.escrow("ann"), new Money(5))));
        var stood =
                new Event.AvailabilityPaid.Stood(
                        new OwnerId("ann"), new TreeMap<>(), Optional.of(payment));
        assertThat(
                        Bookings.of(
                                new Event.AvailabilityPaid(
                                        HOUR, new Money(5), new Money(5), List.of(stood), LATER)))
                .containsExactly(new Booking(payment, LATER, HOUR));
    }

    @Test
    void aSettlementCountsSinceItsResultCameIn() {
        var events = new RandomEvents(7);
        int late = 0;
        for (Event.Durable event : events.next(2_000)) {
            if (event instanceof Event.ShardSettled settled) {
                late += settled.effective().equals(settled.at()) ? 0 : 1;
                assertThat(Bookings.of(event))
                        .allSatisfy(booking -> {
                            assertThat(booking.bookedAt()).isEqualTo(settled.at());
                            assertThat(booking.effectiveAt()).isEqualTo(settled.effective());
                        });
            }
        }
        assertThat(late).isPositive();
    }
}
