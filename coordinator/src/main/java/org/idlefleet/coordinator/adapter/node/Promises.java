package org.idlefleet.coordinator.adapter.node;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * What the coordinator owes for results that it accepted: gathered from durable settlements, signed
 * for all nodes at once, and proven when a node asks. A node that has left before its receipt is
 * signed gets none; the ledger pays it all the same. Thread-safe.
 */
public final class Promises {
    private static final Logger LOG = LoggerFactory.getLogger(Promises.class);

    /** How long after a receipt its payment must be in the ledger's log. */
    public static final Duration WITHIN = Duration.ofMinutes(1);

    /** Receipts gather for so long: a signature costs more than a thousand of them. */
    private static final Duration SIGN_EVERY = Duration.ofSeconds(5);

    /** Receipts that wait to be signed; further payments get none. */
    private static final int WAITING_MAX = 1 << 18;

    /** Payments proven in a second; who asks beyond asks again with his next heartbeat. */
    private static final int PROVEN_MAX = 500;

    /** Payments that one reading of the ledger looks for. */
    private static final int SOUGHT_MAX = 1 << 15;

    /** Reading the whole ledger may take this part of the time at the most. */
    private static final int LOOKING_SHARE = 20;

    private final Map<NodeId, Owed> owed = new HashMap<>();
    private final Set<TransactionId> sought = new HashSet<>();
    private int waiting;
    private int proven;
    private long second = System.nanoTime();
    private boolean looking;
    private Instant signAt = Instant.EPOCH;
    private Instant lookAt = Instant.EPOCH;
    private volatile @Nullable Source source;

    /** The receipts of one node's owner. */
    private record Owed(OwnerId owner, List<Receipt> receipts) {}

    /** The log that keeps the promises; may block. */
    public interface Source {
        /** The key that signs. */
        NoteSigner signer();

        /** One payment with its proof, if it is at hand. */
        Optional<Export.Item> payment(TransactionId id, String holder, long size);

        /** Whether a payment is at hand, be it of that size or not. */
        boolean isAtHand(TransactionId id);

        /** Reads the whole ledger to have these at hand. */
        void lookUp(Set<TransactionId> payments);
    }

    /** Says where promises are kept; without it none are made. */
    public void open(Source log) {
        source = log;
    }

    /** A durable settlement: from now on its payment is owed. */
    public synchronized void owe(Event.ShardSettled settled) {
        for (Ballot ballot : settled.agreeing()) {
            owe(settled, ballot);
        }
        for (Ballot ballot : settled.inconclusive()) {
            owe(settled, ballot);
        }
    }

    private void owe(Event.ShardSettled settled, Ballot ballot) {
        if (source == null || !ballot.lease().job().equals(settled.job())) {
            return;
        }
        for (Transaction payment : settled.payments()) {
            Money amount = amount(payment, ballot.owner().value());
            if (!amount.isZero() && waiting < WAITING_MAX) {
                owed.computeIfAbsent(
                                ballot.node(), _ -> new Owed(ballot.owner(), new ArrayList<>()))
                        .receipts()
                        .add(
                                new Receipt(
                                        payment.id(),
                                        amount,
                                        Hash.copyOf(ballot.output().raw(), 0)));
                waiting++;
            }
        }
    }

    private static Money amount(Transaction payment, String owner) {
        Money amount = Money.ZERO;
        for (Posting posting : payment.postings()) {
            String path = posting.account().path();
            if (path.startsWith("owner:") && posting.account().name().equals(owner)) {
                amount = amount.plus(posting.amount());
            }
        }
        return amount;
    }

    /**
     * Signs what has gathered, if it is time.
     *
     * @param here whether a node is connected
     * @param send gives a message to a node
     */
    void sign(Instant now, Predicate<NodeId> here, BiConsumer<NodeId, CoordinatorMessage> send) {
        Source log = source;
        if (log == null || now.isBefore(signAt)) {
            return;
        }
        var nodes = new ArrayList<NodeId>();
        var lists = new ArrayList<Receipts>();
        take().forEach((node, due) -> {
            List<Receipt> receipts = due.receipts();
            for (int from = 0;
                    here.test(node) && from < receipts.size();
                    from += Receipts.LENGTH_MAX) {
                int to = Math.min(receipts.size(), from + Receipts.LENGTH_MAX);
                nodes.add(node);
                lists.add(
                        new Receipts(
                                due.owner().value(), now.plus(WITHIN), receipts.subList(from, to)));
            }
        });
        if (!lists.isEmpty()) {
            signAt = now.plus(SIGN_EVERY);
            List<SignedReceipts> signed = SignedReceipts.sign(lists, log.signer());
            for (int i = 0; i < nodes.size(); i++) {
                send.accept(nodes.get(i), new CoordinatorMessage.Receipts(signed.get(i).text()));
            }
        }
    }

    private synchronized Map<NodeId, Owed> take() {
        if (waiting >= WAITING_MAX) {
            LOG.warn("at most {} receipts wait to be signed: some got none", WAITING_MAX);
        }
        var taken = Map.copyOf(owed);
        owed.clear();
        waiting = 0;
        return taken;
    }

    /** The payments that a node asked for, as far as they are at hand; may block. */
    Optional<CoordinatorMessage.Entries> prove(NodeMessage.AskEntries ask, OwnerId owner) {
        Source log = source;
        if (log == null || !allowed(ask.transactions().size(), System.nanoTime())) {
            return Optional.empty();
        }
        var items = new ArrayList<String>();
        for (String name : ask.transactions()) {
            TransactionId id;
            try {
                id = TransactionId.parse(name);
            } catch (IllegalArgumentException noTransaction) {
                continue;
            }
            Optional<Export.Item> item =
                    log.payment(id, "owner:" + owner.value(), ask.pinnedSize());
            item.ifPresent(found -> items.add(found.text()));
            if (item.isEmpty() && !log.isAtHand(id)) {
                seek(id);
            }
        }
        return items.isEmpty()
                ? Optional.empty()
                : Optional.of(new CoordinatorMessage.Entries(ask.pinnedSize(), items));
    }

    private synchronized boolean allowed(int payments, long nanos) {
        if (nanos - second >= 1_000_000_000) {
            second = nanos;
            proven = 0;
        }
        proven += payments;
        return proven <= PROVEN_MAX;
    }

    private synchronized void seek(TransactionId id) {
        if (sought.size() < SOUGHT_MAX) {
            sought.add(id);
        }
    }

    /** Looks up what nodes asked for and was not at hand, if it is time; may take long. */
    void look(Instant now) {
        Source log = source;
        Set<TransactionId> wanted = log == null ? Set.of() : wanted(now);
        if (log == null || wanted.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        try {
            log.lookUp(wanted);
        } finally {
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            looked(now, took.multipliedBy(LOOKING_SHARE));
        }
    }

    private synchronized Set<TransactionId> wanted(Instant now) {
        if (looking || sought.isEmpty() || now.isBefore(lookAt)) {
            return Set.of();
        }
        looking = true;
        var wanted = Set.copyOf(sought);
        sought.clear();
        return wanted;
    }

    private synchronized void looked(Instant now, Duration pause) {
        looking = false;
        lookAt = now.plus(pause.compareTo(WITHIN) > 0 ? pause : WITHIN);
    }
}
