package org.idlefleet.simulator.trust;

/** What happened in a run, counted. One thread. */
final class Tally {
    long settled;
    long executions;
    long audits;
    long disputes;
    long inconclusive;
    long byTrusted;
    long foundRight;
    long offTolerance;
    long withdrawn;
    long withdrawalMillis;
    int hostileConvicted;
    int honestConvicted;
    int hostileHere;
    int alarms;
    final Latencies auditLatency = new Latencies();
}
