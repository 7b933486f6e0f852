package org.idlefleet.ledger;

/**
 * A client's money set aside for one job.
 *
 * @param ceiling what was set aside
 * @param rest what is left of it; never negative, and a hold with nothing left has ended
 */
public record Hold(String job, AccountId account, Money ceiling, Money rest) {}
