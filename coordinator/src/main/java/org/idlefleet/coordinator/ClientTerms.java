package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Assurance;

/**
 * What the operator has set for a client's jobs.
 *
 * @param usual for requests that say nothing
 * @param floor nothing weaker is run for the client: requests for less get this
 */
public record ClientTerms(Assurance usual, Assurance floor) {
    /** Of clients for whom nothing was set. */
    public static final ClientTerms NONE = new ClientTerms(Assurance.QUORUM, Assurance.QUORUM);

    /** What a request runs under. */
    Assurance of(JobRequest request) {
        Assurance asked = request.assurance().orElse(usual);
        return asked.weakerThan(floor) ? floor : asked;
    }
}
