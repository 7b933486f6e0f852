package org.idlefleet.coordinator;

import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;

import java.time.Duration;
import java.util.Optional;

/** Why the coordinator does not do what was asked; nothing has changed. */
public sealed interface Refusal {
    /** A sentence that says what was wrong and what to do. */
    String text();

    /** Nobody registered such a model here. */
    record UnknownModel(ModelId model) implements Refusal {
        @Override
        public String text() {
            return "model '" + model + "' is not served here; GET /v1/models lists what is";
        }
    }

    /** The job has no item, or more than the limit. */
    record BadSize(int items, int itemsMax) implements Refusal {
        @Override
        public String text() {
            return "a job has 1 to " + itemsMax + " items, found " + items;
        }
    }

    /** The quorum is out of range. */
    record BadQuorum(int quorum, int quorumMax) implements Refusal {
        @Override
        public String text() {
            return "a quorum is 1 to " + quorumMax + ", found " + quorum;
        }
    }

    /** The client's prepaid money does not cover the ceiling price. */
    record NoFunds(Money needed, Money available) implements Refusal {
        @Override
        public String text() {
            return "the job may cost up to "
                    + needed
                    + " credits, "
                    + available
                    + " are prepaid; ask the operator to add funds";
        }
    }

    /**
     * Too few owners have a connected, idle node that can run the model.
     *
     * @param trusted whether only owners whom the operator trusts count
     */
    record NoNodes(ModelId model, int owners, int needed, boolean trusted, Duration retryAfter)
            implements Refusal {
        @Override
        public String text() {
            return "model '"
                    + model
                    + "' needs idle devices of "
                    + needed
                    + " owner(s)"
                    + (trusted ? " whom the operator trusts" : "")
                    + ", "
                    + owners
                    + " have one now; try again later or send a batch job";
        }
    }

    /** A limit on open work is met. */
    record Full(String limit, long max, Duration retryAfter) implements Refusal {
        @Override
        public String text() {
            return "the limit " + limit + " of " + max + " is met; try again later";
        }
    }

    /** No such job, or it is another client's. */
    record UnknownJob(JobId job) implements Refusal {
        @Override
        public String text() {
            return job + " is not a job of yours, or is too long ago";
        }
    }

    /** No node of this name ever enrolled. */
    record UnknownNode(NodeId node) implements Refusal {
        @Override
        public String text() {
            return "no node '" + node + "' has enrolled here; GET /api/v1/nodes lists who is there";
        }
    }

    /**
     * The client used the request's name for another request.
     *
     * @param job what became of that one; empty if it is not known yet
     */
    record NameTaken(Optional<JobId> job) implements Refusal {
        @Override
        public String text() {
            return "the Idempotency-Key was sent with another request before"
                    + job.map(known -> ", which became " + known).orElse("")
                    + "; give every request its own key";
        }
    }

    /** What was asked contradicts what is already so. */
    record Conflict(String text) implements Refusal {}

    /** The enrolment token can't be used. */
    record BadToken(String text) implements Refusal {}
}
