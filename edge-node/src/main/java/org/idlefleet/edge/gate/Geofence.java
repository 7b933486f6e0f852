package org.idlefleet.edge.gate;

/**
 * Where the owner's home is: a circle in which the device comes home, and a wider one in which it
 * stays so. It is drawn on the device and never leaves it; neither does a position. Immutable.
 *
 * @param latitude of the middle, -90 to 90 degrees north (WGS 84)
 * @param longitude of the middle, -180 to 180 degrees east
 * @param enterMetres radius within which one is home, more than 0
 * @param leaveMetres radius beyond which one is away again, not less
 */
public record Geofence(double latitude, double longitude, double enterMetres, double leaveMetres) {
    /** Mean radius of the Earth after the IUGG, in metres. */
    private static final double EARTH = 6_371_008.8;

    public Geofence {
        if (!onEarth(latitude, longitude)) {
            throw new IllegalArgumentException("a home lies between 90 and 180 degrees each way");
        }
        if (!(enterMetres > 0 && enterMetres <= leaveMetres && leaveMetres < EARTH)) {
            throw new IllegalArgumentException(
                    "the radii of a home are more than 0 and the second is not less than the first,"
                            + " found "
                            + enterMetres
                            + " and "
                            + leaveMetres
                            + " m");
        }
    }

    /** Whether there is such a place. */
    public static boolean onEarth(double latitude, double longitude) {
        return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
    }

    /**
     * Whether the device is home; in between the two circles it is what it was.
     *
     * @param before whether it was; no if that is not known
     * @param accuracyMetres by how much the position may be wrong: doubt makes it farther away
     */
    public boolean home(boolean before, double at, double east, double accuracyMetres) {
        double most = before ? leaveMetres : enterMetres;
        return onEarth(at, east) && distance(at, east) + accuracyMetres <= most;
    }

    /** Metres from the middle along the Earth, by the haversine formula. */
    double distance(double at, double east) {
        double north = Math.toRadians(at - latitude) / 2;
        double side = Math.toRadians(east - longitude) / 2;
        double half =
                square(Math.sin(north))
                        + Math.cos(Math.toRadians(latitude))
                                * Math.cos(Math.toRadians(at))
                                * square(Math.sin(side));
        return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half)));
    }

    private static double square(double value) {
        return value * value;
    }

    /** Says nothing of where it is: it must not get into a log. */
    @Override
    public String toString() {
        return "Geofence[" + enterMetres + " m, " + leaveMetres + " m]";
    }
}
