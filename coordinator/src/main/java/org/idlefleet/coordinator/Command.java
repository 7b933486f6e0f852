package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A wish. Doors put commands into the inbox; a command may come late, twice, or about something
 * long gone, and then leads to {@link Decision#NOTHING}.
 */
public sealed interface Command {
    /** A wish that somebody waits for: answered by one {@link Send.Reply} with the same number. */
    sealed interface Asked extends Command {
        /** The asking door's own number for this wish. */
        long request();
    }

    /** The process begins: jobs that lived only as long as their request end now. */
    record Begin() implements Command {}

    /**
     * A client wants a job.
     *
     * @param key id of the API key that asks
     * @param once by what the request is known again, if the client named it
     */
    record SubmitJob(long request, ClientId client, String key, JobRequest job, Optional<Once> once)
            implements Asked {
        /** Asked by nobody's key. */
        public SubmitJob(long request, ClientId client, JobRequest job) {
            this(request, client, "", job, Optional.empty());
        }
    }

    /** Work is paid by this policy from now on. */
    record SetPolicy(long request, PayPolicy policy) implements Asked {}

    /** The owner's terms change. */
    record SetOwnerTerms(long request, OwnerId owner, OwnerTerms terms) implements Asked {}

    /** A client takes its job back. */
    record CancelJob(long request, ClientId client, JobId job) implements Asked {}

    /** Who asks gets the {@link View} of it. */
    record Look(long request, Query query) implements Asked {}

    /** Clients may ask for this model from now on; a newer manifest replaces an older one. */
    record RegisterModel(long request, ModelSpec model) implements Asked {}

    /** A key that acts for a client; only its secret's hash is known here. */
    record CreateApiKey(long request, String key, ClientId client, Digest secretHash)
            implements Asked {}

    /** The key is worth nothing any more. */
    record RevokeApiKey(long request, String key) implements Asked {}

    /** A client paid in advance. The reference names the payment, so it counts once. */
    record FundClient(long request, ClientId client, Money amount, String reference)
            implements Asked {}

    /** A client's bank took back the payment that this reference names, all of it. */
    record ChargeBack(long request, ClientId client, Money amount, String reference)
            implements Asked {}

    /**
     * Money moves by the operator's wish: an owner's payout, earnings that became final, a
     * correction. Said twice it is booked once; jobs' holds are not touched this way.
     */
    record Book(long request, Transaction transaction) implements Asked {}

    /** One node of this owner may enrol with the token that has this hash. */
    record IssueToken(long request, OwnerId owner, Digest tokenHash, Instant expires)
            implements Asked {}

    /** Somebody shows a token and a public key. */
    record RedeemToken(long request, Digest tokenHash, Digest publicKey) implements Asked {}

    /** A node wants its certificate renewed. */
    record RenewNode(long request, NodeId node, OwnerId owner, Digest publicKey) implements Asked {}

    /** The operator trusts this owner's results, or does so no more. */
    record TrustOwner(long request, OwnerId owner, boolean trusted) implements Asked {}

    /** The operator sets what a client's jobs run under. */
    record SetTerms(long request, ClientId client, ClientTerms terms) implements Asked {}

    /** A convicted owner's appeal succeeded. */
    record ReinstateOwner(long request, OwnerId owner, String reason) implements Asked {}

    /** The node may not come back; its session ends. */
    record BanNode(long request, NodeId node, String reason) implements Asked {}

    /**
     * A node's connection is open and its certificate holds.
     *
     * @param session the door's number for the connection, never used twice in a process
     * @param network the part of its address that neighbours share
     */
    record NodeArrived(
            long session,
            NodeId node,
            OwnerId owner,
            String network,
            NumericClass numericClass,
            long memoryBytes)
            implements Command {}

    /** The connection is gone. */
    record NodeGone(long session, String reason) implements Command {}

    /** What the node is willing to do; replaces its earlier offer. */
    record NodeOffered(long session, int slots, Duration parkTimeLeft, List<WarmModel> models)
            implements Command {
        public NodeOffered {
            models = List.copyOf(models);
        }
    }

    /** The node said that it is there. */
    record NodeBeat(long session) implements Command {}

    /**
     * A result came in; its bytes wait outside the core under the lease.
     *
     * @param commit SHA-256 of nonce and output as the node stated it
     * @param output SHA-256 of the bytes as received
     * @param bytes their number
     * @param sound whether commit and content hold: hash equal, all numbers finite
     * @param batteryJoules what the node says came out of a battery
     * @param evidence what a receipt will say about it
     */
    record ResultReturned(
            long session,
            Lease lease,
            Digest commit,
            Digest output,
            int bytes,
            boolean sound,
            Duration computeTime,
            long batteryJoules,
            Evidence evidence)
            implements Command {
        /** A result without evidence, of a node that took nothing out of a battery. */
        public ResultReturned(
                long session,
                Lease lease,
                Digest commit,
                Digest output,
                int bytes,
                boolean sound,
                Duration computeTime) {
            this(session, lease, commit, output, bytes, sound, computeTime, 0, Evidence.NONE);
        }
    }

    /** The owner came back; the node hands the lease back. */
    record LeaseReleased(long session, Lease lease, String reason) implements Command {}

    /** The node can't run the shard. */
    record LeaseRefused(long session, Lease lease, RefuseReason reason, String detail)
            implements Command {}

    /** The results of a shard have been held against each other. */
    record Compared(JobId job, int shard, Comparison comparison) implements Command {}

    /** Time has passed: whatever is due by now is due. */
    record Wake() implements Command {}
}
