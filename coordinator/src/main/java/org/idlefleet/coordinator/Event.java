package org.idlefleet.coordinator;

import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Against;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Device;
import org.idlefleet.coordinator.verification.Standing;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.BookState;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.policy.Contributor;
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
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A fact. */
public sealed interface Event {
    /** A fact that must outlive the process; it goes to the log before anybody is told. */
    sealed interface Durable extends Event {
        /**
         * Whether it may become durable a moment after messages left that follow from it: then
         * nothing that is promised depends on it.
         */
        default boolean mayLag() {
            return false;
        }
    }

    /** A fact that a restart may forget: its consequences are durable facts. */
    sealed interface Passing extends Event {}

    /** The coordinator's {@code epoch}-th life began; leases of earlier ones are void. */
    record LifeBegan(int epoch, Instant at) implements Durable {}

    record ModelRegistered(ModelSpec model, Instant at) implements Durable {}

    record ApiKeyCreated(String key, ClientId client, Digest secretHash, Instant at)
            implements Durable {}

    record ApiKeyRevoked(String key, Instant at) implements Durable {}

    record TokenIssued(OwnerId owner, Digest tokenHash, Instant expires, Instant at)
            implements Durable {}

    /** The token is used up; the node is one of the owner's. */
    record NodeEnrolled(NodeId node, OwnerId owner, Digest tokenHash, Digest publicKey, Instant at)
            implements Durable {}

    record NodeBanned(NodeId node, String reason, Instant at) implements Durable {}

    /**
     * From here on work is paid by this policy.
     *
     * @param divided what it has divided before; zero but in snapshots
     */
    record PolicySet(PayPolicy policy, Money divided, Instant at) implements Durable {}

    /** From here on these are the owner's terms. */
    record OwnerTermsSet(OwnerId owner, OwnerTerms terms, Instant at) implements Durable {}

    /** A transaction outside of any job was booked. */
    record Booked(Transaction transaction, Instant at) implements Durable {}

    /**
     * A job was admitted and its ceiling price is held.
     *
     * @param hold empty for an audit, which is paid out of what is there for all of them; one of an
     *     earlier release has its own
     * @param audit what it checks, if it is an audit; empty for a client's job
     * @param price what was agreed; empty in the logs of releases that knew models' prices alone
     * @param key id of the API key that asked for it; empty if none did or it is not known
     * @param once by what the same request is known again; empty if its client named it not
     */
    record JobAdmitted(
            JobId job,
            ClientId client,
            ModelId model,
            Digest manifest,
            ItemKind kind,
            WorkUnits units,
            int quorum,
            Tier tier,
            Instant deadline,
            boolean durable,
            Optional<Transaction> hold,
            Assurance assurance,
            Optional<AuditOf> audit,
            Optional<Price> price,
            String key,
            Optional<Once> once,
            Instant at)
            implements Durable {
        /** What was set aside for it alone. */
        public Money held() {
            return hold.map(taken -> taken.change(payer())).orElse(Money.ZERO);
        }

        /** The account that it is paid out of. */
        public AccountId payer() {
            return hold.isPresent() ? AccountId.hold(client.value()) : AccountId.CHECKS;
        }

        /** A job that ends with its request is promised to nobody before its answer. */
        @Override
        public boolean mayLag() {
            return !durable;
        }

        /** A client's job whose assurance is its quorum. */
        public JobAdmitted(
                JobId job,
                ClientId client,
                ModelId model,
                Digest manifest,
                ItemKind kind,
                WorkUnits units,
                int quorum,
                Tier tier,
                Instant deadline,
                boolean durable,
                Transaction hold,
                Instant at) {
            this(
                    job,
                    client,
                    model,
                    manifest,
                    kind,
                    units,
                    quorum,
                    tier,
                    deadline,
                    durable,
                    Optional.of(hold),
                    Assurance.QUORUM,
                    Optional.empty(),
                    Optional.empty(),
                    "",
                    Optional.empty(),
                    at);
        }
    }

    /**
     * A well-formed result was stored as a vote; its bytes are durable with it if the job is. One
     * that settles its shard at once stands in the settlement only.
     *
     * @param delivery empty in the logs of releases that did not keep it
     */
    record BallotCast(
            JobId job,
            int shard,
            int from,
            int to,
            Ballot ballot,
            Optional<Delivery> delivery,
            Instant at)
            implements Durable {
        /** A vote of which nothing else is known. */
        public BallotCast(JobId job, int shard, int from, int to, Ballot ballot, Instant at) {
            this(job, shard, from, to, ballot, Optional.empty(), at);
        }
    }

    /**
     * A shard has its agreed result, and everyone who agreed was paid, all in one. One of those who
     * agree may be the last to have voted, whose vote was not cast before.
     *
     * @param auditPpm how many of a million such results were to be audited
     * @param draw what the commit of the canonical result drew
     * @param distances of all ballots from the canonical one, agreeing ones first, then
     *     inconclusive and dissenting ones; empty if their bytes were the same
     * @param further the rest of the payment, if it does not fit into one transaction
     * @param contributors all that the division of the payment follows from
     * @param effective when the canonical result came in, since when the payment counts; in an
     *     audit's settlement whose claim stands, and in the logs of releases that did not keep it,
     *     when it was settled
     */
    record ShardSettled(
            JobId job,
            int shard,
            int from,
            int to,
            Lease canonical,
            List<Ballot> agreeing,
            List<Ballot> inconclusive,
            List<Ballot> dissenting,
            Transaction payment,
            int auditPpm,
            Draw draw,
            List<Double> distances,
            List<Transaction> further,
            List<Contributor> contributors,
            Instant effective,
            Instant at)
            implements Durable {
        public ShardSettled {
            distances = List.copyOf(distances);
            further = List.copyOf(further);
            contributors = List.copyOf(contributors);
            agreeing = List.copyOf(agreeing);
            inconclusive = List.copyOf(inconclusive);
            dissenting = List.copyOf(dissenting);
        }

        /** The ballot whose result stands. */
        public Ballot result() {
            for (Ballot ballot : agreeing) {
                if (ballot.lease().equals(canonical)) {
                    return ballot;
                }
            }
            throw new IllegalStateException(
                    job + "/" + shard + ": " + canonical + " is not among those who agree");
        }

        /** The whole payment, in order. */
        public List<Transaction> payments() {
            if (further.isEmpty()) {
                return List.of(payment);
            }
            var all = new ArrayList<Transaction>(1 + further.size());
            all.add(payment);
            all.addAll(further);
            return all;
        }

        /** The postings of the whole payment, in order. */
        public List<Posting> postings() {
            return further.isEmpty()
                    ? payment.postings()
                    : payments().stream().flatMap(part -> part.postings().stream()).toList();
        }

        /** What left the client's hold. */
        public Money charged(AccountId hold) {
            Money charged = payment.change(hold).negate();
            for (Transaction part : further) {
                charged = charged.minus(part.change(hold));
            }
            return charged;
        }

        /** A shard whose result is not audited. */
        public ShardSettled(
                JobId job,
                int shard,
                int from,
                int to,
                Lease canonical,
                List<Ballot> agreeing,
                List<Ballot> inconclusive,
                List<Ballot> dissenting,
                Transaction payment,
                Instant at) {
            this(
                    job,
                    shard,
                    from,
                    to,
                    canonical,
                    agreeing,
                    inconclusive,
                    dissenting,
                    payment,
                    0,
                    Draw.NONE,
                    List.of(),
                    List.of(),
                    List.of(),
                    at,
                    at);
        }
    }

    /**
     * A settled result was found wrong.
     *
     * @param wrong whose result it was
     * @param audit the job that found it out
     * @param by the lease whose result stands in its place, if the job is still open
     * @param refund what its client gets back, if the job has ended
     */
    record ResultRetracted(
            JobId job,
            int shard,
            int from,
            int to,
            Ballot wrong,
            JobId audit,
            Optional<Lease> by,
            Optional<Transaction> refund,
            Instant at)
            implements Durable {}

    /** The operator has set what this client's jobs run under. */
    record TermsSet(ClientId client, ClientTerms terms, Instant at) implements Durable {}

    /** The operator trusts this owner's results, or does so no more. */
    record OwnerTrusted(OwnerId owner, boolean trusted, Instant at) implements Durable {}

    /**
     * A trusted owner has confirmed that a result of this owner was wrong: its nodes are not served
     * any more.
     *
     * @param audit the job that confirmed it
     * @param forfeit what it loses; empty if it had earned nothing
     */
    record OwnerConvicted(
            OwnerId owner, JobId audit, String reason, Optional<Transaction> forfeit, Instant at)
            implements Durable {}

    /**
     * An appeal succeeded.
     *
     * @param restored the forfeit undone; empty if there was none
     */
    record OwnerReinstated(OwnerId owner, String reason, Optional<Transaction> restored, Instant at)
            implements Durable {}

    /**
     * A trusted owner has confirmed that a result of this device was wrong while its owner's other
     * devices compute right: it is taken for faulty and gets no more work, and the owner is not
     * convicted.
     */
    record DeviceTurnedAway(NodeId node, OwnerId owner, JobId audit, String reason, Instant at)
            implements Durable {}

    /** Only in snapshots: what is known of a device. */
    record DeviceRestored(NodeId node, OwnerId owner, Device device) implements Durable {}

    /**
     * Only in snapshots: who was convicted within the last day, oldest first, and until when the
     * alarm is on.
     */
    record AlarmRestored(List<Convict> convicts, Instant until) implements Durable {
        public AlarmRestored {
            convicts = List.copyOf(convicts);
        }
    }

    /** An owner that was convicted. */
    record Convict(OwnerId owner, Instant at) {}

    /** Only in snapshots: what is known of an owner. */
    record StandingRestored(
            OwnerId owner, Standing standing, Optional<Transaction> forfeit, Against against)
            implements Durable {}

    /**
     * A job ended.
     *
     * @param detail what a node said about it, for the client; may be empty
     * @param voided what its hold still had, given back; empty if nothing was left
     * @param refund what a failed job had already cost, given back by the platform
     */
    record JobEnded(
            JobId job,
            JobEnd end,
            String detail,
            Optional<Transaction> voided,
            Optional<Transaction> refund,
            Instant at)
            implements Durable {}

    /**
     * Owners are paid for having been available.
     *
     * @param period when it began
     * @param asked what all owners of the period would get together
     * @param budget what there was for them; if less than asked, all get less alike
     */
    record AvailabilityPaid(
            Instant period, Money asked, Money budget, List<Stood> stood, Instant at)
            implements Durable {
        public AvailabilityPaid {
            stood = List.copyOf(stood);
        }

        /**
         * An owner whose devices were available.
         *
         * @param devices how many sixtieths of the period
         * @param payment empty if it came to nothing
         */
        public record Stood(
                OwnerId owner, SortedMap<NodeId, Integer> devices, Optional<Transaction> payment) {
            public Stood {
                devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
            }
        }
    }

    /**
     * A sixtieth of a period is over: whoever was available all through it has one more. Names only
     * who was not so a sixtieth before, or is not so any more.
     *
     * @param mark when it ended
     * @param failed devices that did not do what they were there for, not named before
     * @param whole whether this names all; else nothing is counted yet, and the rest follows
     */
    record AvailabilityCounted(
            Instant mark,
            List<Came> came,
            List<NodeId> went,
            List<Failed> failed,
            boolean whole,
            Instant at)
            implements Durable {
        public AvailabilityCounted {
            came = List.copyOf(came);
            went = List.copyOf(went);
            failed = List.copyOf(failed);
        }

        /** A device that is available now. */
        public record Came(NodeId node, OwnerId owner) {}

        /** A device that gets nothing for the period that began then. */
        public record Failed(NodeId node, Instant period) {}
    }

    /**
     * Only in snapshots: what was paid for being available on a day, and what is not paid yet.
     *
     * @param day its first moment
     * @param parts sixtieths of periods by device, which were paid for
     * @param running when the period began that is not over; 1970 in those of releases that did not
     *     keep it
     * @param stays what devices have of it
     * @param unpaid periods that are over, oldest first
     */
    record AvailabilityRestored(
            Instant day,
            Money spent,
            SortedMap<NodeId, Integer> parts,
            Instant running,
            List<Stay> stays,
            List<AvailabilityCounted.Failed> failed,
            List<Unpaid> unpaid)
            implements Durable {
        public AvailabilityRestored {
            parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
            stays = List.copyOf(stays);
            failed = List.copyOf(failed);
            unpaid = List.copyOf(unpaid);
        }

        /**
         * What a device has of the running period.
         *
         * @param present whether it was available when that was last looked at
         */
        public record Stay(NodeId node, OwnerId owner, int parts, boolean present) {}

        /**
         * A period for which owners are still to be paid.
         *
         * @param asked what all owners of the period would get; empty if none is paid yet
         * @param budget what there was for them
         * @param stood who is still to be paid, without payments
         */
        public record Unpaid(
                Instant period,
                Optional<Money> asked,
                Money budget,
                List<AvailabilityPaid.Stood> stood) {
            public Unpaid {
                stood = List.copyOf(stood);
            }
        }
    }

    /**
     * Only in snapshots: jobs whose clients named them, oldest first.
     *
     * @param kept also of jobs that have ended
     */
    record RepeatsRestored(List<Kept> kept) implements Durable {
        public RepeatsRestored {
            kept = List.copyOf(kept);
        }

        /** A job, and by what its request is known again. */
        public record Kept(
                ClientId client, Once once, JobId job, Assurance assurance, Instant at) {}
    }

    /** Only in snapshots: all balances and open holds. */
    record BookRestored(BookState state, long lastJob) implements Durable {}

    /**
     * Only in snapshots: an open job with what it has so far.
     *
     * @param unchecked settled results that stand on one owner's word
     * @param results settled shards
     */
    record JobRestored(
            JobAdmitted admitted,
            Money paid,
            int nextShard,
            List<SettledRange> settled,
            AuditCounts audits,
            List<Unchecked> unchecked,
            int results)
            implements Durable {
        public JobRestored {
            settled = List.copyOf(settled);
            unchecked = List.copyOf(unchecked);
        }

        /** A job without audits. */
        public JobRestored(
                JobAdmitted admitted, Money paid, int nextShard, List<SettledRange> settled) {
            this(admitted, paid, nextShard, settled, AuditCounts.NONE, List.of(), 0);
        }
    }

    /** The result for items {@code from} up to {@code to}, which no audit has looked at. */
    record Unchecked(int shard, int from, int to, Ballot result) {}

    /** Items {@code from} up to {@code to} are settled. */
    record SettledRange(int from, int to) {}

    record SessionOpened(
            long session,
            NodeId node,
            OwnerId owner,
            String network,
            NumericClass numericClass,
            long memoryBytes,
            Instant at)
            implements Passing {}

    record SessionClosed(long session, String reason, Instant at) implements Passing {}

    record Offered(
            long session, int slots, Duration parkTimeLeft, List<WarmModel> models, Instant at)
            implements Passing {
        public Offered {
            models = List.copyOf(models);
        }
    }

    record BeatSeen(long session, Instant at) implements Passing {}

    /**
     * A node got a shard.
     *
     * @param expected time until its result should be there, what the node still has to do for
     *     others included
     */
    record LeaseGranted(Lease lease, long session, int from, int to, Duration expected, Instant at)
            implements Passing {}

    /** A lease ended without a result; the shard goes back to the front of the queue. */
    record LeaseEnded(Lease lease, long session, LeaseEnd end, String detail, Instant at)
            implements Passing {}

    /** Why a lease ended without a result. */
    enum LeaseEnd {
        /** Handed back by the node, as its owner wishes: costs nothing. */
        RELEASED,
        /** The node could not run it. */
        REFUSED,
        /** The result was not what a result must look like. */
        MALFORMED,
        /** It took far longer than it should. */
        OVERRUN
    }

    /** A result came in under this lease. */
    record LeaseAnswered(
            Lease lease, long session, Duration computeTime, long batteryJoules, Instant at)
            implements Passing {}

    /** An interactive shard is late; one more node may try it. */
    record HedgeWanted(JobId job, int shard) implements Passing {}

    /**
     * The ballots so far do not settle the shard: so many more are wanted.
     *
     * @param trusted whether a trusted owner shall cast them: on an audit nobody else may, on other
     *     work it had best be one, as others could not judge
     */
    record MoreBallotsWanted(
            JobId job, int shard, int missing, Comparison comparison, boolean trusted)
            implements Passing {}
}
