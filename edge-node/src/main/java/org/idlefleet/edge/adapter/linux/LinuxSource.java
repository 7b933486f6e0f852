package org.idlefleet.edge.adapter.linux;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/** Power, heat, fans, load and the last touch of a terminal, as the kernel tells them. */
public final class LinuxSource implements SignalSource {
    private static final String NAME = "linux";

    private final PowerSupplies power;
    private final Thermometers thermometers;
    private final Fans fans;
    private final Load load;
    private final Terminals terminals;
    private final Set<Quantity> provides = EnumSet.noneOf(Quantity.class);

    /** Where the kernel's file systems are. */
    public record Roots(Path sys, Path proc, Path dev) {
        /** Where they are on every Linux. */
        public static final Roots SYSTEM =
                new Roots(Path.of("/sys"), Path.of("/proc"), Path.of("/dev"));
    }

    /**
     * @param ownThreads threads that this daemon computes with
     * @param worker process id of the worker, whose load is our own; empty while there is none
     */
    public LinuxSource(Roots roots, int ownThreads, Supplier<Optional<Long>> worker) {
        this.power = new PowerSupplies(roots.sys());
        this.thermometers = new Thermometers(roots.sys());
        this.fans = new Fans(roots.sys());
        int processors = Runtime.getRuntime().availableProcessors();
        this.load = new Load(roots.proc(), processors, ownThreads, worker);
        this.terminals = new Terminals(roots.sys(), roots.dev());
        boolean battery = power.read().battery();
        provide(Quantity.MAINS, true);
        provide(Quantity.DISCHARGING, true);
        provide(Quantity.BATTERY, battery);
        provide(Quantity.BATTERY_TEMPERATURE, power.read().temperature().isPresent());
        provide(Quantity.TEMPERATURE, thermometers.hottest(Instant.EPOCH).isPresent());
        provide(Quantity.FAN, fans.any(Instant.EPOCH));
        provide(
                Quantity.OTHER_LOAD,
                Files.isReadable(roots.proc().resolve("stat"))
                        || Files.isReadable(roots.proc().resolve("loadavg")));
        provide(Quantity.PRESSURE, load.pressure().isPresent());
        provide(Quantity.USER_IDLE, terminals.lastTouch(Instant.EPOCH).isPresent());
    }

    private void provide(Quantity quantity, boolean has) {
        if (has) {
            provides.add(quantity);
        }
    }

    @Override
    public Set<Quantity> provides() {
        return Set.copyOf(provides);
    }

    @Override
    public List<Reading> read(Instant now) {
        PowerSupplies.State supply = power.read();
        var readings = new ArrayList<Reading>();
        for (Quantity quantity : provides) {
            OptionalDouble value =
                    switch (quantity) {
                        case MAINS -> yesNo(supply.mains());
                        case DISCHARGING -> yesNo(supply.discharging());
                        case BATTERY -> supply.level();
                        case BATTERY_TEMPERATURE -> supply.temperature();
                        case TEMPERATURE -> thermometers.hottest(now);
                        case FAN -> fans.fastest(now);
                        case OTHER_LOAD -> load.others();
                        case PRESSURE -> load.pressure();
                        case USER_IDLE -> idleSeconds(now);
                        case LOW_VOLTAGE,
                                PRICE,
                                CABIN_TEMPERATURE,
                                HOME,
                                LOAD_TODAY,
                                ENERGY_TODAY,
                                DATA_TODAY,
                                ALLOWED,
                                SLEEPING,
                                LID_CLOSED,
                                GEAR_PARK,
                                SPEED,
                                IGNITION,
                                OCCUPIED,
                                DOOR_OPEN,
                                METERED,
                                PAUSED ->
                                OptionalDouble.empty();
                    };
            readings.add(new Reading(quantity, value, now, NAME));
        }
        return readings;
    }

    private static OptionalDouble yesNo(Optional<Boolean> answer) {
        return answer.map(yes -> OptionalDouble.of(yes ? 1 : 0)).orElse(OptionalDouble.empty());
    }

    private OptionalDouble idleSeconds(Instant now) {
        return terminals
                .lastTouch(now)
                .map(at -> OptionalDouble.of(Duration.between(at, now).toMillis() / 1e3))
                .orElse(OptionalDouble.empty());
    }
}
