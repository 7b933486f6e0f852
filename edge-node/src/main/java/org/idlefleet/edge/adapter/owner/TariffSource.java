package org.idlefleet.edge.adapter.owner;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Tariff;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The price of electricity now, by the owner's own tariff. */
public final class TariffSource implements SignalSource {
    private final Supplier<Tariff> tariff;

    /**
     * @param tariff asked each time, as the owner may change it; an empty one tells nothing
     */
    public TariffSource(Supplier<Tariff> tariff) {
        this.tariff = tariff;
    }

    @Override
    public Set<Quantity> provides() {
        return tariff.get().isEmpty() ? Set.of() : Set.of(Quantity.PRICE);
    }

    @Override
    public List<Reading> read(Instant now) {
        Tariff current = tariff.get();
        return current.isEmpty()
                ? List.of()
                : List.of(new Reading(Quantity.PRICE, current.priceAt(now), now, Tariff.SOURCE));
    }
}
