package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Event;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Transaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The transactions that an event books: what the ledger database is folded from. */
public final class Bookings {
    private Bookings() {}

    /** In the order in which they are booked; none for most events. */
    public static List<Booking> of(Event.Durable event) {
        return switch (event) {
            case Event.Booked booked -> one(booked.transaction(), booked.at());
            case Event.JobAdmitted admitted -> maybe(admitted.hold(), admitted.at());
            case Event.ShardSettled settled ->
                    settled.payments().stream()
                            .map(part -> new Booking(part, settled.at(), settled.effective()))
                            .toList();
            case Event.JobEnded ended -> ending(ended);
            case Event.ResultRetracted retracted -> maybe(retracted.refund(), retracted.at());
            case Event.OwnerConvicted convicted -> maybe(convicted.forfeit(), convicted.at());
            case Event.AvailabilityPaid paid ->
                    paid.stood().stream()
                            .flatMap(stood -> stood.payment().stream())
                            .map(payment -> new Booking(payment, paid.at(), paid.period()))
                            .toList();
            case Event.OwnerReinstated again -> maybe(again.restored(), again.at());
            case Event.LifeBegan _,
                    Event.ModelRegistered _,
                    Event.ApiKeyCreated _,
                    Event.ApiKeyRevoked _,
                    Event.TokenIssued _,
                    Event.NodeEnrolled _,
                    Event.NodeBanned _,
                    Event.BallotCast _,
                    Event.PolicySet _,
                    Event.OwnerTermsSet _,
                    Event.AvailabilityCounted _,
                    Event.AvailabilityRestored _,
                    Event.RepeatsRestored _,
                    Event.OwnerTrusted _,
                    Event.StandingRestored _,
                    Event.TermsSet _,
                    Event.DeviceTurnedAway _,
                    Event.DeviceRestored _,
                    Event.AlarmRestored _,
                    Event.BookRestored _,
                    Event.JobRestored _ ->
                    List.of();
        };
    }

    private static List<Booking> ending(Event.JobEnded ended) {
        var bookings = new ArrayList<Booking>(2);
        Optional<Transaction> voided = ended.voided();
        voided.ifPresent(transaction -> bookings.add(new Booking(transaction, ended.at())));
        ended.refund().ifPresent(transaction -> bookings.add(new Booking(transaction, ended.at())));
        return bookings;
    }

    private static List<Booking> maybe(Optional<Transaction> transaction, Instant at) {
        return transaction.map(booked -> one(booked, at)).orElse(List.of());
    }

    private static List<Booking> one(Transaction transaction, Instant at) {
        return List.of(new Booking(transaction, at));
    }
}
