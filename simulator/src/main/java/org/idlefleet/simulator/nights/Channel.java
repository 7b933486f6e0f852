package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What reaches the gate of one quantity, through a fault now and then. */
final class Channel {
    private final Quantity quantity;
    private final List<Span> spans;
    private final Random noise;
    private final Deque<Late> late = new ArrayDeque<>();
    private Reading last;
    private boolean second;

    /** A fault and when it is there. */
    record Span(Fault fault, Instant from, Instant until, double strength) {
        boolean covers(Instant now) {
            return !now.isBefore(from) && now.isBefore(until);
        }
    }

    private record Late(Instant due, Reading reading) {}

    Channel(Quantity quantity, List<Span> spans, Random noise, Instant start) {
        this.quantity = quantity;
        this.spans = List.copyOf(spans);
        this.noise = noise;
        this.last = Reading.unknown(quantity, start, "car");
    }

    Quantity quantity() {
        return quantity;
    }

    Optional<Fault> fault(Instant now) {
        return spans.stream().filter(span -> span.covers(now)).map(Span::fault).findFirst();
    }

    /** What is heard at {@code now}, when it truly is {@code truth}. */
    List<Reading> hear(double truth, Instant now) {
        var heard = new ArrayList<Reading>();
        while (!late.isEmpty() && !late.getFirst().due().isAfter(now)) {
            heard.add(late.removeFirst().reading());
        }
        Optional<Span> span = spans.stream().filter(one -> one.covers(now)).findFirst();
        Reading fresh = Reading.of(quantity, truth, now.minusMillis(noise.nextInt(100)), "car");
        if (second && !span.map(Span::fault).equals(Optional.of(Fault.CONTRADICTING))) {
            heard.add(Reading.of(quantity, truth, now, "other"));
        }
        if (span.isEmpty()) {
            last = fresh;
            heard.add(fresh);
            return heard;
        }
        switch (span.get().fault()) {
            case LATE ->
                    late.add(
                            new Late(
                                    now.plus(
                                            Duration.ofMillis(
                                                    Math.round(
                                                            100 + span.get().strength() * 9_000))),
                                    fresh));
            case LOST -> {}
            case FROZEN -> heard.add(last);
            case STUCK -> heard.add(new Reading(quantity, last.value(), fresh.at(), "car"));
            case CONTRADICTING -> {
                second = true;
                heard.add(fresh);
                heard.add(Reading.of(quantity, other(truth), now, "other"));
            }
            case UNKNOWN -> heard.add(Reading.unknown(quantity, now, "car"));
        }
        return heard;
    }

    private double other(double truth) {
        return quantity.unit() == Quantity.Unit.YES_NO ? 1 - truth : truth * 1.5;
    }
}
