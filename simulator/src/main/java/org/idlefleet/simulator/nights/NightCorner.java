package org.idlefleet.simulator.nights;

/** What must have happened in some night, or all the nights prove little. */
public enum NightCorner {
    OPENED,
    CLOSED_BY_PEOPLE,
    CLOSED_BY_STALE_SIGNAL,
    CLOSED_BY_CONTRADICTION,
    CLOSED_BY_PLUG,
    CLOSED_BY_GRID,
    CLOSED_BY_PAUSE,
    CLOSED_BY_BUDGET,
    CLOSED_BY_HOURS,
    CLOSED_BY_THRESHOLD,
    CLOSED_AT_THE_FLOOR,
    DROVE_OFF_WITH_A_STUCK_SIGNAL,
    ON_BATTERY,
    HELD_BACK_AFTER_FLAPS,
    BUDGET_ANEW_AT_MIDNIGHT
}
