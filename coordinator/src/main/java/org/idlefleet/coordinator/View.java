package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Conduct;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A part of the core's state as of one moment; immutable, for any thread. */
public sealed interface View {
    /**
     * A job.
     *
     * @param ceiling what was held for it
     * @param paid what its settled shards cost so far
     * @param results settled shards
     * @param audits what became of the audits of its results
     * @param openAudits audits under way
     * @param retracted results found wrong after they had settled
     * @param end empty while it runs
     */
    record Job(
            JobId job,
            ClientId client,
            ModelId model,
            Digest manifest,
            ItemKind kind,
            int items,
            int settledItems,
            int quorum,
            Tier tier,
            boolean durable,
            Instant admitted,
            Instant deadline,
            Money ceiling,
            Money paid,
            Assurance assurance,
            Optional<AuditOf> audit,
            int results,
            AuditCounts audits,
            int openAudits,
            List<Event.ResultRetracted> retracted,
            Optional<JobEnd> end,
            String detail,
            Optional<Instant> ended,
            List<Shard> shards)
            implements View {
        public Job {
            shards = List.copyOf(shards);
            retracted = List.copyOf(retracted);
        }

        /** Whether no audit can change its results any more. */
        public boolean isFinal() {
            return end.isPresent() && openAudits == 0;
        }
    }

    /**
     * A shard of a job: items {@code from} up to {@code to}.
     *
     * @param history what happened to its replicas, in order
     */
    record Shard(
            int shard,
            int from,
            int to,
            Optional<Lease> canonical,
            List<Vote> votes,
            List<ReplicaFate> history,
            List<Posting> payment) {
        public Shard {
            votes = List.copyOf(votes);
            history = List.copyOf(history);
            payment = List.copyOf(payment);
        }
    }

    /** One ballot and what became of it. */
    record Vote(Ballot ballot, VoteFate fate) {
        /**
         * The votes on a settled shard, in the order in which they came in.
         *
         * @param cast those that were there before the one that settled it, if it was cast with the
         *     verdict; or else all
         */
        public static List<Vote> of(Event.ShardSettled settled, List<Ballot> cast) {
            var votes = new ArrayList<Vote>(cast.size() + 1);
            cast.forEach(ballot -> votes.add(new Vote(ballot, fate(settled, ballot))));
            for (Ballot ballot : settled.agreeing()) {
                if (!cast.contains(ballot)) {
                    votes.add(new Vote(ballot, VoteFate.AGREEING));
                }
            }
            return votes;
        }

        private static VoteFate fate(Event.ShardSettled settled, Ballot ballot) {
            if (settled.agreeing().contains(ballot)) {
                return VoteFate.AGREEING;
            }
            return settled.inconclusive().contains(ballot)
                    ? VoteFate.INCONCLUSIVE
                    : VoteFate.DISSENTING;
        }
    }

    /** What became of a vote. */
    enum VoteFate {
        OPEN,
        AGREEING,
        INCONCLUSIVE,
        DISSENTING
    }

    /** A replica that brought no result, and why. */
    record ReplicaFate(Lease lease, NodeId node, OwnerId owner, String fate) {}

    /** Several jobs, newest first, without their shards. */
    record Jobs(List<Job> jobs) implements View {}

    /** A node that is connected. */
    record Node(
            long session,
            NodeId node,
            OwnerId owner,
            NumericClass numericClass,
            Instant since,
            int slots,
            int held,
            Duration parkTimeLeft,
            List<WarmModel> models,
            long shardsDone) {}

    /** All connected nodes in the order of their ids. */
    record Nodes(List<Node> nodes) implements View {}

    /** All models in the order of their names. */
    record Models(List<ModelSpec> models) implements View {}

    /** A key's owner and the hash of its secret. */
    record ApiKey(String key, ClientId client, Digest secretHash, Instant created) {}

    /** All keys in order. */
    record ApiKeys(List<ApiKey> keys) implements View {}

    /** All accounts that are not at zero. */
    record Balances(List<Posting> balances) implements View {}

    /** A client's money, free and held by open jobs, and what its jobs run under. */
    record Client(ClientId client, Money prepaid, Money held, ClientTerms terms) implements View {}

    /**
     * What is known of an owner.
     *
     * @param against the evidence behind what is bad about it
     * @param watch the convicted owner of whose enrolment cohort it is: for a day everything is
     *     audited; empty if there is none
     * @param devices what is known of its devices
     * @param conduct of its nodes since the coordinator started
     * @param auditsOpen audits of its drawn results that have not ended
     */
    record Owner(
            OwnerId owner,
            Standing standing,
            Standing.State state,
            Against against,
            boolean trusted,
            Optional<OwnerId> watch,
            Map<NodeId, Device> devices,
            Conduct conduct,
            int auditsOpen) {}

    /** All owners with a standing, in order. */
    record Owners(List<Owner> owners, boolean alarm) implements View {}

    /**
     * How work is paid.
     *
     * @param since empty if no event ever set a policy: then it is the configuration's first
     * @param divided what this version has divided so far
     * @param terms of the owners who have any
     */
    record Pay(
            PayPolicy policy,
            Optional<Instant> since,
            Money divided,
            SortedMap<OwnerId, OwnerTerms> terms)
            implements View {
        public Pay {
            terms = Collections.unmodifiableSortedMap(new TreeMap<>(terms));
        }
    }

    /** Counts. */
    record Load(int nodes, int slots, int heldSlots, int openJobs, long openItems, int owners)
            implements View {}
}
