package org.idlefleet.edge.adapter.owner;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.DayUsage;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Taken;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What the node took of the device since the owner's midnight, as its diary has it. */
public final class UsageSource implements SignalSource {
    private final Supplier<Taken> today;

    /**
     * @param today must not block
     */
    public UsageSource(Supplier<Taken> today) {
        this.today = today;
    }

    @Override
    public Set<Quantity> provides() {
        return Set.of(Quantity.LOAD_TODAY, Quantity.ENERGY_TODAY, Quantity.DATA_TODAY);
    }

    @Override
    public List<Reading> read(Instant now) {
        return DayUsage.readings(today.get(), now);
    }
}
