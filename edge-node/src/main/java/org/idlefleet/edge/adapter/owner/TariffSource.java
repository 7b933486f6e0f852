package org.idlefleet.edge.adapter.owner;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Tariff;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The price of electricity now, by the owner's own tariff. */
public final class TariffSource implements SignalSource {
    private final Tariff tariff;

    public TariffSource(Tariff tariff) {
        this.tariff = tariff;
    }

    @Override
    public Set<Quantity> provides() {
        return Set.of(Quantity.PRICE);
    }

    @Override
    public List<Reading> read(Instant now) {
        return List.of(new Reading(Quantity.PRICE, tariff.priceAt(now), now, Tariff.SOURCE));
    }
}
