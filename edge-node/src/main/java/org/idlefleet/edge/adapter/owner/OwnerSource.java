package org.idlefleet.edge.adapter.owner;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The owner's pause as a signal. */
public final class OwnerSource implements SignalSource {
    private final Path dataDirectory;

    public OwnerSource(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    @Override
    public Set<Quantity> provides() {
        return Set.of(Quantity.PAUSED);
    }

    @Override
    public List<Reading> read(Instant now) {
        boolean paused =
                switch (OwnerMode.read(dataDirectory)) {
                    case OwnerMode.Run _, OwnerMode.Finish _ -> false;
                    case OwnerMode.Pause pause -> pause.until().map(now::isBefore).orElse(true);
                };
        return List.of(Reading.of(Quantity.PAUSED, paused, now, "owner"));
    }
}
