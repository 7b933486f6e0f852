package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.Quantity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Something that happens to a vehicle: from {@code at} on a quantity truly has this value. */
record Happening(Instant at, Quantity quantity, double value) {
    /** Start hours of trips in percent of a day's, from midnight on (NHTS-like). */
    private static final double[] STARTS = {
        .4, .2, .2, .3, .8, 2.2, 4.3, 7.3, 6.4, 5.2, 5.6, 6.4, 6.9, 6.4, 6.9, 8.2, 8.2, 8.4, 6.3,
        4.4, 3.2, 2.3, 1.3, .8
    };

    /** Plugs in by its charge: 1 - ((charge - 15) / 70) ^ 1.31, and three in ten always do. */
    private static boolean plugsIn(Random draws, double charge) {
        if (draws.nextInt(100) >= 80) {
            return false;
        }
        double share = Math.clamp((charge - 15) / 70, 0, 1);
        return draws.nextInt(10) < 3 || draws.nextDouble() < 1 - Math.pow(share, 1.31);
    }

    /**
     * What happens in one night, in order.
     *
     * @param socket whether there is one at all
     */
    static List<Happening> night(
            Random draws, Instant start, double charge, boolean socket, int hours) {
        var night = new ArrayList<Happening>();
        if (!socket) {
            night.add(new Happening(start, Quantity.MAINS, 0));
        } else if (plugsIn(draws, charge)) {
            night.add(new Happening(start.plusSeconds(60 + draws.nextInt(600)), Quantity.MAINS, 1));
        } else if (draws.nextInt(3) == 0) {
            night.add(new Happening(start.plusSeconds(3600), Quantity.MAINS, 1));
        }
        for (int hour = 0; hour < hours; hour++) {
            Instant at = start.plusSeconds(hour * 3600L + draws.nextInt(3000));
            double trips = STARTS[(18 + hour) % 24] * 2.6 / 100;
            if (draws.nextDouble() < trips) {
                drive(night, draws, at);
            } else if (draws.nextInt(6) == 0) {
                visit(night, draws, at);
            }
            odd(night, draws, at);
        }
        night.removeIf(one -> !socket && one.quantity() == Quantity.MAINS && one.value() == 1);
        night.sort(Comparator.comparing(Happening::at));
        return night;
    }

    /** Somebody gets in, unplugs, drives off, comes back; never faster than people are. */
    private static void drive(List<Happening> night, Random draws, Instant from) {
        Instant at = from;
        if (draws.nextInt(10) > 0) {
            night.add(new Happening(at, Quantity.MAINS, 0));
        }
        at = add(night, draws, at, Quantity.DOOR_OPEN, 1);
        at = add(night, draws, at, Quantity.OCCUPIED, 1);
        at = add(night, draws, at, Quantity.DOOR_OPEN, 0);
        at = add(night, draws, at, Quantity.IGNITION, 1);
        at = add(night, draws, at, Quantity.GEAR_PARK, 0);
        at = add(night, draws, at, Quantity.SPEED, 30 + draws.nextInt(60));
        at = add(night, draws, at, Quantity.HOME, 0);
        at = at.plusSeconds(300 + draws.nextInt(1_200));
        at = add(night, draws, at, Quantity.HOME, draws.nextInt(4) > 0 ? 1 : 0);
        at = add(night, draws, at, Quantity.SPEED, 0);
        at = add(night, draws, at, Quantity.GEAR_PARK, 1);
        at = add(night, draws, at, Quantity.IGNITION, 0);
        at = add(night, draws, at, Quantity.DOOR_OPEN, 1);
        at = add(night, draws, at, Quantity.OCCUPIED, 0);
        at = add(night, draws, at, Quantity.DOOR_OPEN, 0);
        if (draws.nextInt(2) == 0) {
            add(night, draws, at, Quantity.MAINS, 1);
        }
    }

    private static void visit(List<Happening> night, Random draws, Instant from) {
        Instant at = add(night, draws, from, Quantity.DOOR_OPEN, 1);
        if (draws.nextBoolean()) {
            at = add(night, draws, at, Quantity.OCCUPIED, 1);
            at = add(night, draws, at.plusSeconds(draws.nextInt(600)), Quantity.OCCUPIED, 0);
        }
        add(night, draws, at, Quantity.DOOR_OPEN, 0);
    }

    /**
     * The plug is pulled, energy goes back to the grid, the owner says pause, the network changes.
     */
    private static void odd(List<Happening> night, Random draws, Instant from) {
        Instant later = from.plusSeconds(60 + draws.nextInt(2_400));
        switch (draws.nextInt(16)) {
            case 0 -> pair(night, Quantity.MAINS, 0, from, 1, later);
            case 1 -> night.add(new Happening(from, Quantity.MAINS, 0));
            case 2 -> pair(night, Quantity.DISCHARGING, 1, from, 0, later);
            case 3 -> pair(night, Quantity.PAUSED, 1, from, 0, later);
            case 4 -> pair(night, Quantity.METERED, 1, from, 0, later);
            case 5 -> pair(night, Quantity.ALLOWED, 0, from, 1, later);
            default -> {}
        }
    }

    private static void pair(
            List<Happening> night,
            Quantity quantity,
            double first,
            Instant from,
            double then,
            Instant later) {
        night.add(new Happening(from, quantity, first));
        night.add(new Happening(later, quantity, then));
    }

    private static Instant add(
            List<Happening> night, Random draws, Instant at, Quantity quantity, double value) {
        night.add(new Happening(at, quantity, value));
        return at.plusMillis(1_500 + draws.nextInt(8_000));
    }
}
